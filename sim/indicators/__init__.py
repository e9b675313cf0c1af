"""What is measured: official standards, quality, gaps, staff, activity and money. Indicators only read."""

from sim.indicators.catalogue import INDICATORS, Indicator

__all__ = ["INDICATORS", "Indicator"]
