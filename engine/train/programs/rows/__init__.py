"""The tables of what can be said and asked, as texts; `tables` and `verbs` say how a line is read."""
