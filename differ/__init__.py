"""Floor 2: whether two documents can be compared, what changed, and whether it matters. Pure."""

from differ.comparability import comparability
from differ.comparing import compare
from differ.profiles import load_profile, profile_names, tailored

__all__ = ["comparability", "compare", "load_profile", "profile_names", "tailored"]
