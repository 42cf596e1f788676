"""The domain: localities, and what else is about health workforces rather than about models."""
