package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/strictjson"
)

// LoadSeed reads a seed file. The hash, SHA-256 of its text in hex (but for a dns_zone), is by which a database knows that it was applied.
// Errors tell line and column. Whether the seed makes sense is judged when it is applied.
func LoadSeed(path string) (seed domain.Seed, hash string, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return domain.Seed{}, "", fmt.Errorf("read the seed: %w", err)
	}
	return ParseSeed(path, text)
}

// ParseSeed is LoadSeed for a text; name stands for it in errors.
func ParseSeed(name string, text []byte) (seed domain.Seed, hash string, err error) {
	var bad *strictjson.Error
	if err := strictjson.Unmarshal(text, &seed); errors.As(err, &bad) {
		line, column := strictjson.Position(text, bad.Offset)
		return domain.Seed{}, "", fmt.Errorf("%s:%d:%d: %w", name, line, column, bad)
	} else if err != nil {
		return domain.Seed{}, "", fmt.Errorf("%s: %w", name, err)
	}
	if seed.DNSZone != nil { // it is read each time, so it is no part of what was applied or not
		rest := seed
		rest.DNSZone = nil
		if text, err = json.Marshal(rest); err != nil {
			return domain.Seed{}, "", fmt.Errorf("%s: %w", name, err)
		}
	}
	sum := sha256.Sum256(text)
	return seed, hex.EncodeToString(sum[:]), nil
}
