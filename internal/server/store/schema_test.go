package store

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
)

// TestSchemas holds the engines' schemas to each other: columns and which may be NULL, indexes and which are unique. Texts
// of PostgreSQL compare by their bytes.
func TestSchemas(t *testing.T) {
	t.Parallel()
	postgres, sqlite := openDSN(t, pgtest.Database(t)), openFile(t, filepath.Join(t.TempDir(), "test.db"))
	for what, queries := range map[string][2]string{
		"columns": {
			`SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN ('schema_version', 'write_gate')`,
			`SELECT m.name || '.' || c.name || CASE WHEN c."notnull" THEN ' NOT NULL' ELSE '' END
			FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT IN ('schema_version', 'sqlite_sequence')`,
		},
		"indexes": {
			`SELECT t.relname || ' ' || string_agg(a.attname, ',' ORDER BY k.n) || CASE WHEN i.indisunique THEN ' UNIQUE' ELSE '' END
			FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace AND t.relname <> 'schema_version',
			unnest(i.indkey) WITH ORDINALITY k(attnum, n), pg_attribute a
			WHERE a.attrelid = t.oid AND a.attnum = k.attnum GROUP BY t.relname, i.indexrelid, i.indisunique`,
			`SELECT m.name || ' ' || (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) ||
			CASE WHEN i."unique" THEN ' UNIQUE' ELSE '' END
			FROM sqlite_schema m, pragma_index_list(m.name) i WHERE m.type = 'table' AND m.name <> 'schema_version'`,
		},
	} {
		there, here := lines(t, postgres, queries[0]), lines(t, sqlite, queries[1])
		slices.Sort(there)
		slices.Sort(here)
		if len(here) < 30 || !slices.Equal(there, here) {
			t.Errorf("%s of PostgreSQL:\n%q\nof SQLite:\n%q", what, there, here)
		}
	}
	if other := lines(t, postgres, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`); len(other) > 0 {
		t.Errorf("these columns compare by the rules of a language: %q", other)
	}
}
