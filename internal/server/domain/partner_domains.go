package domain

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// ValidationMethod is the type of the DNS record by which a partner shows that it controls a domain.
type ValidationMethod string

// The methods.
const (
	ValidationTXT   ValidationMethod = "TXT"   // at the domain itself, with the code as its text
	ValidationCNAME ValidationMethod = "CNAME" // at the code below the domain, an alias of the validation host
)

// DomainStatus tells how far the validation of a domain is.
type DomainStatus string

// The states of domains. Only the first two are stored: a code that nobody used in time has expired by itself.
const (
	DomainPending  DomainStatus = "pending"
	DomainVerified DomainStatus = "verified"
	DomainExpired  DomainStatus = "expired"
)

// DNSRecord is a record that the owner of a domain is to publish.
type DNSRecord struct {
	Name  string `json:"name"` // without the final dot
	Type  string `json:"type"`
	Value string `json:"value"`
}

// PartnerDomain is a domain of the partner, or one that it wants to show to be its own.
type PartnerDomain struct {
	PartnerID          string           `json:"-"`
	NameKey            string           `json:"-"`
	Name               string           `json:"name"`
	VerificationMethod ValidationMethod `json:"verification_method"`
	VerificationStatus DomainStatus     `json:"status"`
	Record             *DNSRecord       `json:"record,omitempty"`      // nil if it was accepted without one
	ExpiresAt          *time.Time       `json:"expires_at,omitempty"`  // of the code in Record
	AcceptedBy         string           `json:"accepted_by,omitempty"` // folded name of the verified domain above it that made it verified
	VerifiedAt         *time.Time       `json:"verified_at,omitempty"`
	LastCheck          *DomainCheck     `json:"-"`
	Checks             int              `json:"-"` // how often the server looked by itself
	NextCheckAt        *time.Time       `json:"-"` // when it will do so again; nil for never
	Revision           string           `json:"-"`
}

// DomainInput is a domain of the partner. Name is the spelling to keep, by default that of the key.
type DomainInput struct {
	Name               string
	VerificationMethod ValidationMethod
}

// DomainFilter narrows a list of domains.
type DomainFilter struct {
	Status DomainStatus
}

const (
	codeTTL    = 30 * 24 * time.Hour
	codePrefix = "msp-"
	codeDigits = 26  // 130 bits; prefix and digits are a label of a host name
	maxDNSName = 253 // characters
)

func domainKey(d PartnerDomain) []string { return []string{d.PartnerID, d.NameKey} }

// at is the domain as it stands at a time.
func (d PartnerDomain) at(now time.Time) PartnerDomain {
	if d.VerificationStatus == DomainPending && d.ExpiresAt != nil && !now.Before(*d.ExpiresAt) {
		d.VerificationStatus = DomainExpired
		d.Revision += "x" // what is shown changed, so its version does
	}
	return d
}

// proven tells whether DNS itself showed that the partner controls the domain.
func (d PartnerDomain) proven() bool {
	return d.VerificationStatus == DomainVerified && d.AcceptedBy == ""
}

// GetDomain answers a domain of the partner.
func (s *Service) GetDomain(ctx context.Context, a Actor, name string) (PartnerDomain, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return PartnerDomain{}, err
	}
	return reading(ctx, s, func(ctx context.Context, tx Tx) (PartnerDomain, error) { return s.existingDomain(ctx, tx, a, name) })
}

func (s *Service) existingDomain(ctx context.Context, tx Tx, a Actor, name string) (PartnerDomain, error) {
	d, ok, err := find(ctx, tx.PartnerDomains(), a.PartnerID, fold(name))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "There is no domain %q.", name)
	}
	return d.at(s.now()), err
}

// ListDomains answers the partner's domains, by name.
func (s *Service) ListDomains(ctx context.Context, a Actor, f DomainFilter, page Page) (List[PartnerDomain], error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return List[PartnerDomain]{}, err
	}
	now := s.now()
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	switch f.Status {
	case DomainPending:
		where = append(where, Eq(FieldVerificationStatus, string(DomainPending)), Condition{FieldExpiresAt, OpGreaterEqual, now.Add(time.Nanosecond)})
	case DomainExpired:
		where = append(where, Eq(FieldVerificationStatus, string(DomainPending)), Condition{FieldExpiresAt, OpLess, now.Add(time.Nanosecond)})
	case DomainVerified:
		where = append(where, Eq(FieldVerificationStatus, string(DomainVerified)))
	}
	list, err := reading(ctx, s, func(ctx context.Context, tx Tx) (List[PartnerDomain], error) {
		return listPage(ctx, tx.PartnerDomains(), where, page, 2, domainKey)
	})
	for i := range list.Items {
		list.Items[i] = list.Items[i].at(now)
	}
	return list, err
}

// PutDomain names a domain that the partner wants to show to be its own, or changes how.
func (s *Service) PutDomain(ctx context.Context, a Actor, name string, in DomainInput, pre Precondition) (PartnerDomain, bool, error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return PartnerDomain{}, false, err
	}
	return putting(ctx, s, func(ctx context.Context, tx Tx) (PartnerDomain, bool, error) {
		return s.putDomain(ctx, tx, a, name, in, pre)
	})
}

// putDomain never looks at domains of other partners: whoever could tell from the answer that one of them has the domain
// would know it before DNS showed anything.
func (s *Service) putDomain(ctx context.Context, tx Tx, a Actor, name string, in DomainInput, pre Precondition) (PartnerDomain, bool, error) {
	d, found := newDomain(a.PartnerID, name, in)
	if d.NameKey == "" {
		return PartnerDomain{}, false, found.err()
	}
	old, exists, err := find(ctx, tx.PartnerDomains(), domainKey(d)...)
	if err != nil {
		return PartnerDomain{}, false, err
	}
	old = old.at(s.now())
	if err := pre.check(exists, old.Revision, "domain", d.NameKey); err != nil {
		return PartnerDomain{}, false, err
	}
	done := change{Kind: KindDomain, ObjectID: d.NameKey}
	if exists {
		if in.VerificationMethod != old.VerificationMethod && old.proven() {
			found.add(refuse(CodeInvalidTransition, "/verification_method",
				"The domain %q is verified by a %s record already, so there is nothing left to verify. Delete it to begin anew by %s.", old.Name, old.VerificationMethod, in.VerificationMethod))
		}
		done.Before = old
		d = old
	}
	if err := found.err(); err != nil {
		return PartnerDomain{}, false, err
	}
	if exists && in.VerificationMethod == old.VerificationMethod {
		return old, false, nil
	}
	d.VerificationMethod = in.VerificationMethod
	if !exists {
		err = s.begin(ctx, tx, &d)
	} else if d.VerificationStatus != DomainVerified {
		s.newCode(&d)
	}
	if err != nil {
		return PartnerDomain{}, false, err
	}
	d, err = s.keepDomain(ctx, tx, a, d, done)
	return d, !exists, err
}

// newDomain judges what does not depend on what exists. Without a usable name the key is empty.
func newDomain(partnerID, name string, in DomainInput) (PartnerDomain, Findings) {
	var found Findings
	if in.VerificationMethod != ValidationTXT && in.VerificationMethod != ValidationCNAME {
		found.add(refuse(CodeInvalidValue, "/verification_method", "%q is no way to validate a domain; there are %s and %s.", in.VerificationMethod, ValidationTXT, ValidationCNAME))
	}
	d := PartnerDomain{PartnerID: partnerID, Name: name, VerificationMethod: in.VerificationMethod}
	key, err := canon.Domain(name)
	if err == nil && in.Name != "" {
		d.Name = in.Name
		_, err = canon.Domain(in.Name)
	}
	switch {
	case err != nil:
		return d, found.with(malformed(err, "/name"))
	case fold(d.Name) != key:
		return d, found.with(refuse(CodeInvalidValue, "/name", "The domain %q is another than the %q that the request is about; only the case may differ.", in.Name, name))
	}
	d.NameKey = key
	if longest := maxDNSName - len(codePrefix) - codeDigits - 1; in.VerificationMethod == ValidationCNAME && len(key) > longest {
		found.add(refuse(CodeInvalidValue, "/verification_method",
			"The domain has %d characters. Its %s record would stand at a code below it, and with more than %d there is no room for one; use %s.", len(key), ValidationCNAME, longest, ValidationTXT))
	}
	return d, found
}

// begin the validation of a new domain, which may be its end: what lies below a domain of the same partner that DNS has
// shown to be its own needs no code.
func (s *Service) begin(ctx context.Context, tx Tx, d *PartnerDomain) error {
	above, ok, err := provenAbove(ctx, tx, *d)
	switch {
	case err != nil:
		return err
	case ok:
		s.verified(d, above.NameKey)
	default:
		s.newCode(d)
	}
	return nil
}

// provenAbove answers the nearest domain of the same partner above this one that DNS has shown to be its own. Those of
// other partners do not count, and must not: that would tell of them.
func provenAbove(ctx context.Context, tx Tx, d PartnerDomain) (above PartnerDomain, ok bool, err error) {
	for name := d.NameKey; ; {
		_, parent, found := strings.Cut(name, ".")
		if !found {
			return PartnerDomain{}, false, nil
		}
		above, ok, err = find(ctx, tx.PartnerDomains(), d.PartnerID, parent)
		if err != nil || ok && above.proven() {
			return above, ok, err
		}
		name = parent
	}
}

// newCode makes up a code, and with it the record to publish.
func (s *Service) newCode(d *PartnerDomain) {
	now := s.now()
	code := codePrefix + randomID(codeDigits)
	d.Record = &DNSRecord{Name: d.NameKey, Type: string(ValidationTXT), Value: code}
	if d.VerificationMethod == ValidationCNAME {
		d.Record = &DNSRecord{Name: code + "." + d.NameKey, Type: string(ValidationCNAME), Value: s.validationHost}
	}
	ends, next := now.Add(codeTTL), now.Add(firstCheckAfter)
	d.VerificationStatus, d.ExpiresAt = DomainPending, &ends
	d.LastCheck, d.Checks, d.NextCheckAt = nil, 0, &next
}

// verified ends the validation. acceptedBy names the domain above that stands in for a record, if that is why.
func (s *Service) verified(d *PartnerDomain, acceptedBy string) {
	now := s.now()
	d.VerificationStatus, d.VerifiedAt, d.AcceptedBy, d.NextCheckAt = DomainVerified, &now, acceptedBy, nil
}

// keepDomain writes a changed domain, with a line in the audit log.
func (s *Service) keepDomain(ctx context.Context, tx Tx, a Actor, d PartnerDomain, done change) (PartnerDomain, error) {
	d.Revision = newRevision()
	if err := tx.PartnerDomains().Put(ctx, d); err != nil {
		return PartnerDomain{}, err
	}
	done.After = d
	return d, s.audit(ctx, tx, a, done)
}

// RenewDomain gives a domain whose code has expired a new one. While the code is good, and after it was used, the domain
// stays as it is.
func (s *Service) RenewDomain(ctx context.Context, a Actor, name string) (d PartnerDomain, err error) {
	if err := a.require(ScopePartnerManage); err != nil {
		return PartnerDomain{}, err
	}
	err = s.write(ctx, func(ctx context.Context, tx Tx) error {
		if d, err = s.existingDomain(ctx, tx, a, name); err != nil || d.VerificationStatus != DomainExpired {
			return err
		}
		done := change{Kind: KindDomain, ObjectID: d.NameKey, Before: d}
		s.newCode(&d)
		d, err = s.keepDomain(ctx, tx, a, d, done)
		return err
	})
	return d, err
}

// DeleteDomain gives a domain up. Another partner may verify it then.
func (s *Service) DeleteDomain(ctx context.Context, a Actor, name string, pre Precondition) error {
	if err := a.require(ScopePartnerManage); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		d, err := s.existingDomain(ctx, tx, a, name)
		if err != nil {
			return err
		}
		if err := pre.check(true, d.Revision, "domain", d.NameKey); err != nil {
			return err
		}
		if err := tx.PartnerDomains().Delete(ctx, domainKey(d)...); err != nil {
			return fmt.Errorf("domain: %w", err)
		}
		return s.audit(ctx, tx, a, change{Kind: KindDomain, ObjectID: d.NameKey, Before: d})
	})
}
