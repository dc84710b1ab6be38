"""Floor 2: decides whether two documents can be compared, what changed, and whether it matters.

All functions are pure.
"""

from differ.judgement.profiles import load_profile, profile_names, tailored
from differ.visits.comparability import comparability
from differ.visits.comparing import compare

__all__ = ["comparability", "compare", "load_profile", "profile_names", "tailored"]
