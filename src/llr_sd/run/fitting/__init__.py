"""The calibration of a study: held against its model, made on the compiled engine, and told in tables."""
