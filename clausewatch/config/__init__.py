"""The configuration: one TOML file into validated, frozen data."""
