"""Fuzzing of everything that reads what strangers send: a target per decoder, a kept corpus, one rule.

The rule: whatever comes in, what comes out is a value or the one rejection a target declares, never another exception.
``make fuzz`` lets a coverage-guided fuzzer look for an exception to it; the tests replay the corpus.
"""

import sys
from pathlib import Path

# The other tests' modules, which pytest finds by itself.
sys.path.append(str(Path(__file__).parents[1]))
