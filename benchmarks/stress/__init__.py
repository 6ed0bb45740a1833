"""Schedulers under attack: processes killed and frozen, sessions cut, the database restarted; then an audit."""
