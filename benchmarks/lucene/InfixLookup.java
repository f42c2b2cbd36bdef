// Lucene's AnalyzingInfixSuggester, built from a TSV file or asked over standard input, timed inside the process.
//   InfixLookup build queries.tsv directory
//   InfixLookup serve directory      then lines: "answer TYPED" or "measure FILE"

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.search.suggest.Lookup.LookupResult;
import org.apache.lucene.search.suggest.analyzing.AnalyzingInfixSuggester;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

public final class InfixLookup {
  private static final int K = 10;

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[args.length - 1]);
    // Nothing is a stop word: every word counts here.
    Analyzer analyzer = new StandardAnalyzer(CharArraySet.EMPTY_SET);
    try (AnalyzingInfixSuggester suggester = new AnalyzingInfixSuggester(FSDirectory.open(directory), analyzer)) {
      if (args[0].equals("build")) {
        build(suggester, Path.of(args[1]));
      } else {
        serve(suggester);
      }
    }
  }

  private static void build(AnalyzingInfixSuggester suggester, Path tsv) throws Exception {
    try (BufferedReader lines = Files.newBufferedReader(tsv)) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int tab = line.indexOf('\t');
        suggester.add(new BytesRef(line.substring(0, tab)), null, Long.parseLong(line.substring(tab + 1)), null);
      }
    }
    suggester.commit();
  }

  private static void serve(AnalyzingInfixSuggester suggester) throws Exception {
    suggester.refresh();
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String argument = line.substring(line.indexOf(' ') + 1);
      if (line.startsWith("answer ")) {
        out.println(
            lookup(suggester, argument).stream()
                .map(result -> result.key.toString())
                .collect(Collectors.joining("\t")));
      } else {
        out.println(measure(suggester, Files.readAllLines(Path.of(argument))));
      }
    }
  }

  private static List<LookupResult> lookup(AnalyzingInfixSuggester suggester, String typed) throws Exception {
    return suggester.lookup(typed, K, true, false);
  }

  private static String measure(AnalyzingInfixSuggester suggester, List<String> inputs) throws Exception {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long cpu = clock.getCurrentThreadCpuTime();
    long found = 0;
    for (String typed : inputs) {
      found += lookup(suggester, typed).size();
    }
    cpu = clock.getCurrentThreadCpuTime() - cpu;
    StringBuilder report = new StringBuilder().append(found).append('\t').append(cpu);
    for (String typed : inputs) {
      long start = System.nanoTime();
      lookup(suggester, typed);
      report.append('\t').append(System.nanoTime() - start);
    }
    return report.toString();
  }
}
