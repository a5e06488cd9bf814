// Package store keeps the rows of the reference server in a relational database, behind [domain.Store]. It has no rules:
// what a row may be and what a change takes along is decided in the domain; the schema only backs that up.
//
// The queries are plain SQL that every engine understands, made once from the declarations in tables.go; what differs
// between engines (opening, locking, migrations, reading error codes) is in a file per engine.
package store
