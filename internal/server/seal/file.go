package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// File seals with a key file of its own that it makes when the first secret comes, for a server that nobody sets up. It
// is safe for concurrent use, by several processes too.
type File struct {
	path string

	mu   sync.Mutex
	keys Keys
}

var _ domain.Sealer = (*File)(nil)

// NewFile names the key file. Nothing is read or written yet.
func NewFile(path string) *File { return &File{path: path} }

// Seal implements domain.Sealer.
func (f *File) Seal(plain []byte, context string) ([]byte, error) {
	keys, err := f.load(true)
	if err != nil {
		return nil, err
	}
	return keys.Seal(plain, context)
}

// Open implements domain.Sealer.
func (f *File) Open(sealed []byte, context string) ([]byte, error) {
	keys, err := f.load(false)
	if err != nil {
		return nil, err
	}
	return keys.Open(sealed, context)
}

func (f *File) load(create bool) (Keys, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys != nil {
		return f.keys, nil
	}
	keys, err := Load(f.path)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err := makeFile(f.path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make a key for secrets: %w", err)
		}
		keys, err = Load(f.path) // another process may have been first
	}
	if err != nil {
		return nil, fmt.Errorf("read the key for secrets: %w", err)
	}
	f.keys = keys
	return keys, nil
}

// makeFile writes a new key. The file comes to be with its whole content or not at all, and never replaces another.
func makeFile(path string) (err error) {
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(draft.Name())) }()
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw) // it ends the process rather than fail
	_, writeErr := fmt.Fprintf(draft, "# Encrypts the secrets in the database beside this file.\n%s\n", base64.StdEncoding.EncodeToString(raw))
	// What is sealed with a key must not outlive it, so the key is on the disk first.
	if err := errors.Join(writeErr, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return os.Link(draft.Name(), path)
}
