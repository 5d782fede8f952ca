"""Everything durable: plans, the ledger of deliveries, accounts, and the database they live in."""
