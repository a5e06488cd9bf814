// Package seal encrypts the few secrets that the server has to know again, with a key that is kept apart from the
// database: whoever has only one of the two has nothing.
package seal

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// keySize is that of AES-256, in bytes.
const keySize = 32

// A sealed text is the version, the key's name, a nonce, and what AES-GCM makes of the text. The version and the name are
// authenticated with it, as is the context.
const (
	version    = 1
	nameSize   = 4
	headerSize = 1 + nameSize
)

// Keys seal with the first of them and open with any, so that a new one can be put in front of the old. Without any,
// both answer domain.ErrNoSecretKey.
type Keys []key

// key is one key, ready for use. It shows nothing of itself in a log.
type key struct {
	name [nameSize]byte // tells the keys apart, and nothing about them
	aead cipher.AEAD
}

var _ domain.Sealer = Keys(nil)

// Load reads a key file: one key a line, 32 random bytes in base64, as "openssl rand -base64 32" writes them; empty lines
// and those that begin with # do not count. Nobody but its owner may have access to the file, where the system tells (tooOpen).
// The error never holds what is in the file.
func Load(file string) (Keys, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; it has to be a file of keys", file)
	}
	if tooOpen(info) {
		return nil, fmt.Errorf("%s has mode %04o, so others than its owner have access; run: chmod 600 %[1]s", file, info.Mode().Perm())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var keys Keys
	number := 0
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		number++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		raw := make([]byte, base64.StdEncoding.DecodedLen(len(line)))
		n, err := base64.StdEncoding.Decode(raw, line)
		if err != nil || n != keySize {
			return nil, fmt.Errorf("%s:%d: want %d bytes in base64, as \"openssl rand -base64 %[3]d\" writes them", file, number, keySize)
		}
		k, err := newKey(raw[:n])
		if err != nil {
			return nil, err
		}
		if keys.find(k.name) != nil {
			return nil, fmt.Errorf("%s:%d: this key is there twice", file, number)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s holds no key; make one with: openssl rand -base64 %d", file, keySize)
	}
	return keys, nil
}

func newKey(raw []byte) (key, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return key{}, err
	}
	digest := sha256.Sum256(append([]byte("name of a secret key\x00"), raw...))
	return key{name: [nameSize]byte(digest[:]), aead: aead}, nil
}

func (keys Keys) find(name [nameSize]byte) *key {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}

// Seal implements domain.Sealer.
func (keys Keys) Seal(plain []byte, context string) ([]byte, error) {
	if len(keys) == 0 {
		return nil, domain.ErrNoSecretKey
	}
	first := keys[0]
	sealed := append([]byte{version}, first.name[:]...)
	nonce := make([]byte, first.aead.NonceSize())
	_, _ = rand.Read(nonce) // it ends the process rather than fail
	return first.aead.Seal(append(sealed, nonce...), nonce, plain, bound(sealed, context)), nil
}

// Open implements domain.Sealer.
func (keys Keys) Open(sealed []byte, context string) ([]byte, error) {
	if len(keys) == 0 {
		return nil, domain.ErrNoSecretKey
	}
	if len(sealed) < headerSize || sealed[0] != version {
		return nil, errors.New("the stored secret is not one that this version of the server sealed")
	}
	header, rest := sealed[:headerSize], sealed[headerSize:]
	k := keys.find([nameSize]byte(header[1:]))
	if k == nil {
		return nil, fmt.Errorf("the stored secret was sealed with the key %s, which is not in the key file: put it back behind the first one, or store the secret again",
			hex.EncodeToString(header[1:]))
	}
	if len(rest) < k.aead.NonceSize() {
		return nil, errDamaged
	}
	plain, err := k.aead.Open(nil, rest[:k.aead.NonceSize()], rest[k.aead.NonceSize():], bound(header, context))
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}

var errDamaged = errors.New("the stored secret is damaged, or was moved here from somewhere else: store it again")

// bound is what is authenticated besides the text.
func bound(header []byte, context string) []byte {
	return append(append([]byte(nil), header...), context...)
}
