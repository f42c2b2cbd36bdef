// Lucene's WFSTCompletionLookup, built from a TSV file or asked over standard input, timed inside the process.
//   WfstLookup build queries.tsv lookup.bin
//   WfstLookup serve lookup.bin      then lines: "answer PREFIX" or "measure FILE"

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.search.suggest.InputIterator;
import org.apache.lucene.search.suggest.Lookup.LookupResult;
import org.apache.lucene.search.suggest.fst.WFSTCompletionLookup;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

public final class WfstLookup {
  private static final int K = 10;

  public static void main(String[] args) throws Exception {
    Path temporary = Files.createTempDirectory("wfst");
    // exactFirst would put the text typed above heavier ones.
    WFSTCompletionLookup lookup = new WFSTCompletionLookup(FSDirectory.open(temporary), "wfst", false);
    if (args[0].equals("build")) {
      try (BufferedReader lines = Files.newBufferedReader(Path.of(args[1]));
          OutputStream out = Files.newOutputStream(Path.of(args[2]))) {
        lines.readLine();
        lookup.build(new Rows(lines));
        lookup.store(out);
      }
      return;
    }
    try (InputStream in = Files.newInputStream(Path.of(args[1]))) {
      lookup.load(in);
    }
    serve(lookup);
  }

  private static void serve(WFSTCompletionLookup lookup) throws Exception {
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String argument = line.substring(line.indexOf(' ') + 1);
      if (line.startsWith("answer ")) {
        List<LookupResult> found = lookup.lookup(argument, false, K);
        out.println(found.stream().map(result -> result.key.toString()).collect(Collectors.joining("\t")));
      } else {
        out.println(measure(lookup, Files.readAllLines(Path.of(argument))));
      }
    }
  }

  private static String measure(WFSTCompletionLookup lookup, List<String> prefixes)
      throws java.io.IOException {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long cpu = clock.getCurrentThreadCpuTime();
    long found = 0;
    for (String prefix : prefixes) {
      found += lookup.lookup(prefix, false, K).size();
    }
    cpu = clock.getCurrentThreadCpuTime() - cpu;
    StringBuilder report = new StringBuilder().append(found).append('\t').append(cpu);
    for (String prefix : prefixes) {
      long start = System.nanoTime();
      lookup.lookup(prefix, false, K);
      report.append('\t').append(System.nanoTime() - start);
    }
    return report.toString();
  }

  private static final class Rows implements InputIterator {
    private final BufferedReader lines;
    private long count;

    Rows(BufferedReader lines) {
      this.lines = lines;
    }

    @Override
    public BytesRef next() throws java.io.IOException {
      String line = lines.readLine();
      if (line == null) {
        return null;
      }
      int tab = line.indexOf('\t');
      count = Long.parseLong(line.substring(tab + 1));
      return new BytesRef(line.substring(0, tab));
    }

    @Override
    public long weight() {
      return count;
    }

    @Override
    public BytesRef payload() {
      return null;
    }

    @Override
    public boolean hasPayloads() {
      return false;
    }

    @Override
    public Set<BytesRef> contexts() {
      return null;
    }

    @Override
    public boolean hasContexts() {
      return false;
    }
  }
}
