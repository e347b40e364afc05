-- What a family reads of its unit beside its own rows: the tree of hashes and its signed roots, and what was measured in tanks.
-- They are nobody's rows; which of them are a unit's is asked of the unit's own, which other families do not find.
grant select on custody_node, custody_root, telemetry_channel, telemetry_rollup, telemetry_rules to cb_family;
