"""Tracking and registry: MLflow's own server, started here or somewhere else, spoken to over REST alone."""
