package domain

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

const (
	secretScheme = "pbkdf2-sha256"
	saltBytes    = 16
	hashBytes    = sha256.Size
)

// hashSecret makes what is kept of a client's secret or a person's password: scheme, iterations, salt and hash, so that the work can grow
// without breaking what was hashed before.
func hashSecret(secret string, iterations int) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	hash, err := pbkdf2.Key(sha256.New, secret, salt, iterations, hashBytes)
	if err != nil {
		return "", fmt.Errorf("hash a client secret: %w", err)
	}
	return joinHash(iterations, salt, hash), nil
}

func joinHash(iterations int, salt, hash []byte) string {
	return fmt.Sprintf("%s$%d$%s$%s", secretScheme, iterations,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// decoyHash belongs to no secret and takes as long to compare, so that the time of an answer does not tell which
// clients exist.
func decoyHash(iterations int) string {
	return joinHash(iterations, make([]byte, saltBytes), make([]byte, hashBytes))
}

// secretMatches compares in a time that depends on the hash's iterations only.
func secretMatches(kept, secret string) (bool, error) {
	parts := strings.Split(kept, "$")
	if len(parts) != 4 || parts[0] != secretScheme {
		return false, fmt.Errorf("a kept client secret is not of the scheme %s", secretScheme)
	}
	iterations, err1 := strconv.Atoi(parts[1])
	salt, err2 := base64.RawStdEncoding.DecodeString(parts[2])
	want, err3 := base64.RawStdEncoding.DecodeString(parts[3])
	if err1 != nil || err2 != nil || err3 != nil || len(want) != hashBytes {
		return false, fmt.Errorf("a kept client secret is damaged")
	}
	got, err := pbkdf2.Key(sha256.New, secret, salt, iterations, hashBytes)
	if err != nil {
		return false, fmt.Errorf("hash a client secret: %w", err)
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// newAccessToken has 256 random bits.
func newAccessToken() string {
	token := make([]byte, 32)
	rand.Read(token) // never fails
	return base64.RawURLEncoding.EncodeToString(token)
}

// tokenHash is what is kept of a token. Tokens are random, so they need no salt.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
