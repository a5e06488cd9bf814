package domain

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// provenFor bounds for how long a secret that was right is known again without the work of hashing it.
	provenFor = time.Hour
	// provenAtMost bounds how many are known.
	provenAtMost = 10_000
)

// provenSecrets knows the secrets of clients again that have been compared with their hashes in this process: a pipeline
// signs in two or three times for each command of Terraform, and hashing takes a tenth of a second each time. What is wrong
// is never kept, and costs its work every time. A client whose secret is changed has another hash, of which nothing is known.
//
// What is kept is no secret but a code under a key that only this process has.
type provenSecrets struct {
	now     func() time.Time
	compare func(kept, secret string) (bool, error)

	mu   sync.Mutex
	key  []byte
	seen map[string]provenSecret // by kept hash
}

type provenSecret struct {
	code  [sha256.Size]byte
	until time.Time
}

func newProvenSecrets(now func() time.Time) *provenSecrets {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails
	return &provenSecrets{now: now, compare: secretMatches, key: key, seen: map[string]provenSecret{}}
}

// matches is secretMatches, which it asks for what it does not know.
func (p *provenSecrets) matches(kept, secret string) (bool, error) {
	code := p.code(kept, secret)
	if p.knows(kept, code) {
		return true, nil
	}
	right, err := p.compare(kept, secret)
	if right && err == nil {
		p.keep(kept, code)
	}
	return right, err
}

func (p *provenSecrets) code(kept, secret string) (code [sha256.Size]byte) {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(kept)) // so that it does not show who has the same secret
	mac.Write([]byte(secret))
	mac.Sum(code[:0])
	return code
}

func (p *provenSecrets) knows(kept string, code [sha256.Size]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	one, ok := p.seen[kept]
	return ok && p.now().Before(one.until) && hmac.Equal(one.code[:], code[:])
}

func (p *provenSecrets) keep(kept string, code [sha256.Size]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if len(p.seen) >= provenAtMost {
		for hash, one := range p.seen {
			if !now.Before(one.until) {
				delete(p.seen, hash)
			}
		}
	}
	if len(p.seen) >= provenAtMost {
		clear(p.seen) // they are proven anew
	}
	p.seen[kept] = provenSecret{code, now.Add(provenFor)}
}
