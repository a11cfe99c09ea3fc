"""The pages: what `warehouse.read` hands out, drawn and worded. No SQL and no scoring arithmetic here."""
