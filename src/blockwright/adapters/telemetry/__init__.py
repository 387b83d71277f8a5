"""Traces and metrics for a collector of OpenTelemetry; imported only where one is set up."""
