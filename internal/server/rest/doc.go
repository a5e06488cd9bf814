// Package rest puts the domain on HTTP: decode, call, encode. It has no rules of its own beyond those of the protocol.
//
// routes.go lists every operation. A handler is a function from a call to an answer, a value; that is why a write can run
// inside a transaction together with the record of its answer, and run again after a conflict.
package rest
