"""The demo organisation: a town of made-up people whose every effect is written down in `truth`.

`generate` makes it from a seed and a date (pure: no Django, no clock); `surveys.demo.loading.load` writes it in bulk.
"""

from surveys.demo.generator import CALLS, SEED, generate, generate_small
from surveys.demo.truth import TRUTH
from surveys.demo.world import DEMO_PASSWORD, SLUG

__all__ = ["CALLS", "DEMO_PASSWORD", "SEED", "SLUG", "TRUTH", "generate", "generate_small"]
