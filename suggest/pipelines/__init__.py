"""Here is a log: what do people search for, how often, in which words, and who searched what?"""
