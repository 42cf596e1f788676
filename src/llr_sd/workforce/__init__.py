"""The domain: localities, sites and risk registers, and what else is about health workforces rather than about models."""
