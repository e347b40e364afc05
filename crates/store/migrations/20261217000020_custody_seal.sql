-- A keyed hash beside each node of the tree, whose key is not in the database: whoever rewrites a unit's history and the whole tree
-- above it cannot make one, so that the verifier names the unit and not only the root. And the number of the event that a leaf is
-- over, so that a history cut short behind it is told to its last event.

alter table custody_node
  add column seq integer,
  add column seal bytea not null constraint custody_node_seal check (octet_length(seal) = 32),
  add constraint custody_node_seq check ((level = 0) = (seq is not null));
