"""A core: how often something may be asked of the house."""

from fullhouse.rate import Limit

__all__ = ["Limit"]
