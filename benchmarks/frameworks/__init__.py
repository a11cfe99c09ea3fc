"""How each framework runs a workload; one module each; `frameworks.toml` declares them."""
