"""Pure market knowledge: no database, no network, no clock."""
