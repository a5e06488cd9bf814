package domain

import (
	"context"
	"time"
)

// DirectorySyncOptions are how directories are synchronized. The zero value of each field is the default.
type DirectorySyncOptions struct {
	Every             time.Duration // how often directories are synchronized by themselves; an hour if zero
	MaxDisablePercent int           // share of a directory's enabled users that one synchronization may disable; 20 if zero
}

func (o DirectorySyncOptions) withDefaults() DirectorySyncOptions {
	if o.Every == 0 {
		o.Every = time.Hour
	}
	if o.MaxDisablePercent == 0 {
		o.MaxDisablePercent = 20
	}
	return o
}

// noReader is that of a server that reads no directories.
type noReader struct{}

func (noReader) Read(context.Context, DirectoryConfig, func(DirectoryPerson) error) error {
	return &DirectoryError{Kind: DirectoryRefused, Detail: "This server has no connectors."}
}

// noSealer is that of a server without a key.
type noSealer struct{}

func (noSealer) Seal([]byte, string) ([]byte, error) { return nil, ErrNoSecretKey }
func (noSealer) Open([]byte, string) ([]byte, error) { return nil, ErrNoSecretKey }
