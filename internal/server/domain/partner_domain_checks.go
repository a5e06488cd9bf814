package domain

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Resolver asks DNS. Names are written without the final dot. Whatever DNS has instead of an answer is a DNSFault; other
// errors are those of the context.
type Resolver interface {
	// TXT answers the texts at a name, each record's strings joined. It follows aliases.
	TXT(ctx context.Context, name string) ([]string, error)
	// CNAME answers what the name is an alias of, and does not look what that is an alias of in turn.
	CNAME(ctx context.Context, name string) (string, error)
}

// DNSFault is what DNS has instead of an answer.
type DNSFault struct {
	Outcome CheckOutcome // CheckNotFound, CheckTimeout or CheckServerFailure
	Detail  string       // a sentence
}

func (f *DNSFault) Error() string { return string(f.Outcome) + ": " + f.Detail }

// CheckOutcome is what came of looking a domain's record up.
type CheckOutcome string

// The outcomes.
const (
	CheckFound         CheckOutcome = "found"
	CheckNotFound      CheckOutcome = "not_found"      // no such name, or no record of the type
	CheckWrongValue    CheckOutcome = "wrong_value"    // records of the type, but none with the value
	CheckTimeout       CheckOutcome = "timeout"        // DNS does not answer
	CheckServerFailure CheckOutcome = "server_failure" // DNS answers that it can't
	CheckTaken         CheckOutcome = "taken"          // the record is there, but another partner has verified the domain
)

// DomainCheck is a look at the DNS, and what came of it.
type DomainCheck struct {
	At      time.Time
	Outcome CheckOutcome
	Detail  string // a sentence or two for people
}

const (
	// lookupTimeout bounds a whole look at the DNS.
	lookupTimeout = 10 * time.Second
	// maxAliases is how many aliases a record may stand behind.
	maxAliases = 8

	// The server looks by itself after firstCheckAfter, then after twice the time and so on up to lastCheckAfter. The
	// first look is not sooner, since a name that is asked for before it exists is remembered as missing for long.
	firstCheckAfter = 5 * time.Minute
	lastCheckAfter  = time.Hour
	// checkLease is how long a process that has taken a domain on has it for itself.
	checkLease = 2 * time.Minute
	// checksAtOnce is how many domains a process looks up side by side.
	checksAtOnce = 16
)

// noResolver is for services that are never asked to verify a domain.
type noResolver struct{}

var errNoResolver = &DNSFault{CheckServerFailure, "This server has no way to ask DNS."}

func (noResolver) TXT(context.Context, string) ([]string, error) { return nil, errNoResolver }

func (noResolver) CNAME(context.Context, string) (string, error) { return "", errNoResolver }

// VerifyDomain looks at the DNS now and answers the domain with what came of it; a domain that is verified, or whose code
// has expired, as it is. Within Validate it does not look.
//
// Refused with CodeDomainTaken, never before DNS shows that the caller controls the domain. That look is kept all the same,
// so VerifyDomain must not be called inside Atomically.
func (s *Service) VerifyDomain(ctx context.Context, a Actor, name string) (PartnerDomain, error) {
	d, err := s.GetDomain(ctx, a, name)
	if _, shared := ctx.Value(txKey{}).(sharedTx); err != nil || shared || d.VerificationStatus != DomainPending {
		return d, err
	}
	return s.checkDomain(ctx, a, d, nil)
}

// checkDomain looks at the DNS and keeps what came of it. next, if not nil, is when the server itself shall look again.
func (s *Service) checkDomain(ctx context.Context, a Actor, asked PartnerDomain, next *time.Time) (PartnerDomain, error) {
	check, err := s.lookUp(ctx, *asked.Record)
	if err != nil {
		return PartnerDomain{}, err
	}
	var d PartnerDomain
	err = s.write(ctx, func(ctx context.Context, tx Tx) (err error) {
		if d, err = s.existingDomain(ctx, tx, a, asked.NameKey); err != nil || d.VerificationStatus != DomainPending || *d.Record != *asked.Record {
			return err // what DNS says is about a record that nobody waits for any more
		}
		before := d
		if d, err = s.judge(ctx, tx, d, check); err != nil {
			return err
		}
		if next != nil && d.VerificationStatus == DomainPending {
			d.Checks, d.NextCheckAt = d.Checks+1, next
		}
		if d.VerificationStatus == DomainVerified {
			d, err = s.keepDomain(ctx, tx, a, d, change{Kind: KindDomain, ObjectID: d.NameKey, Before: before})
			return err
		}
		d.Revision = newRevision()
		return tx.PartnerDomains().Put(ctx, d)
	})
	if err == nil && d.VerificationStatus == DomainPending && d.LastCheck != nil && d.LastCheck.Outcome == CheckTaken {
		err = refuse(CodeDomainTaken, "/name", "%s", d.LastCheck.Detail)
	}
	return d, err
}

// judge what DNS says.
func (s *Service) judge(ctx context.Context, tx Tx, d PartnerDomain, check DomainCheck) (PartnerDomain, error) {
	d.LastCheck = &check
	above, ok, err := provenAbove(ctx, tx, d)
	switch {
	case err != nil:
		return d, err
	case ok: // verified since the code was given out
		s.verified(&d, above.NameKey)
		return d, nil
	case check.Outcome != CheckFound:
		return d, nil
	}
	others, err := tx.PartnerDomains().List(ctx, Query{Where: []Condition{Eq(FieldNameKey, d.NameKey), Eq(FieldVerificationStatus, string(DomainVerified))}})
	if err != nil {
		return d, err
	}
	// Domains that were accepted because of one above them were never shown to be anybody's, and keep nobody out.
	if slices.ContainsFunc(others, func(o PartnerDomain) bool { return o.PartnerID != d.PartnerID && o.proven() }) {
		d.LastCheck.Outcome = CheckTaken
		d.LastCheck.Detail = fmt.Sprintf("DNS shows that you control %s, but another partner has verified it. That partner has to give it up, or the vendor's support to settle whose it is.", d.Name)
		return d, nil
	}
	s.verified(&d, "")
	return d, nil
}

// lookUp a record. The error is that of the context.
func (s *Service) lookUp(ctx context.Context, record DNSRecord) (DomainCheck, error) {
	bounded, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	find := s.findText
	if record.Type == string(ValidationCNAME) {
		find = s.findAlias
	}
	outcome, detail, err := find(bounded, record)
	var fault *DNSFault
	switch {
	case ctx.Err() != nil:
		return DomainCheck{}, ctx.Err()
	case errors.As(err, &fault):
		outcome, detail = fault.Outcome, fault.Detail
	case err != nil && bounded.Err() != nil:
		outcome, detail = CheckTimeout, fmt.Sprintf("DNS did not answer within %s.", lookupTimeout)
	case err != nil:
		return DomainCheck{}, err
	}
	return DomainCheck{At: s.now(), Outcome: outcome, Detail: detail}, nil
}

func (s *Service) findText(ctx context.Context, record DNSRecord) (CheckOutcome, string, error) {
	texts, err := s.resolver.TXT(ctx, record.Name)
	switch {
	case err != nil:
		return "", "", err
	case slices.Contains(texts, record.Value):
		return CheckFound, fmt.Sprintf("The TXT record at %s is there.", record.Name), nil
	case len(texts) == 0:
		return CheckNotFound, fmt.Sprintf("%s has no TXT record.", record.Name), nil
	}
	const shown, most = 3, 80 // enough to recognize, and no more of what others write
	quoted := make([]string, 0, shown)
	for _, text := range texts[:min(len(texts), shown)] {
		quoted = append(quoted, fmt.Sprintf("%.*q", most, text))
	}
	return CheckWrongValue, fmt.Sprintf("%s has no TXT record with the code, but %d with something else: %s.", record.Name, len(texts), strings.Join(quoted, ", ")), nil
}

func (s *Service) findAlias(ctx context.Context, record DNSRecord) (CheckOutcome, string, error) {
	name := record.Name
	for range maxAliases {
		target, err := s.resolver.CNAME(ctx, name)
		var fault *DNSFault
		switch {
		case errors.As(err, &fault) && fault.Outcome == CheckNotFound && name != record.Name:
			return CheckWrongValue, fmt.Sprintf("%s is an alias of %s and not of %s.", record.Name, name, record.Value), nil
		case err != nil:
			return "", "", err
		case fold(target) == fold(record.Value):
			return CheckFound, fmt.Sprintf("The CNAME record at %s is there.", record.Name), nil
		}
		name = target
	}
	return CheckWrongValue, fmt.Sprintf("%s leads over more than %d aliases.", record.Name, maxAliases), nil
}

// checkDomains looks at the DNS for domains that wait for it, so that nobody has to keep asking.
func (s *Service) checkDomains(ctx context.Context) error {
	due, err := reading(ctx, s, func(ctx context.Context, tx Tx) ([]PartnerDomain, error) {
		return tx.PartnerDomains().List(ctx, Query{Where: []Condition{{FieldNextCheckAt, OpLess, s.now()}}, Limit: checksAtOnce})
	})
	if err != nil {
		return err
	}
	failed := make([]error, len(due))
	var all sync.WaitGroup
	for i, d := range due {
		all.Go(func() {
			if err := s.checkDue(ctx, d); err != nil {
				failed[i] = fmt.Errorf("%s: %w", d.NameKey, err)
			}
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

func (s *Service) checkDue(ctx context.Context, d PartnerDomain) error {
	d, ours, err := s.claimCheck(ctx, d)
	if err != nil || !ours {
		return err
	}
	wait := min(firstCheckAfter<<min(d.Checks+1, 10), lastCheckAfter)
	// Domains that were named together need not be asked for together.
	next := s.now().Add(wait + rand.N(wait/4)) //nolint:gosec // nothing secret
	_, err = s.checkDomain(ctx, Actor{ClientID: serverActor, PartnerID: d.PartnerID}, d, &next)
	var refused *Error
	if errors.As(err, &refused) && (refused.Code == CodeDomainTaken || refused.Code == CodeNotFound) {
		return nil // it is noted, or was deleted meanwhile
	}
	return err
}

// claimCheck takes a look on, unless another process has, or nobody waits for it any more.
func (s *Service) claimCheck(ctx context.Context, due PartnerDomain) (d PartnerDomain, ours bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx Tx) error {
		now := s.now()
		var ok bool
		if d, ok, err = find(ctx, tx.PartnerDomains(), domainKey(due)...); err != nil {
			return err
		}
		if ours = ok && d.NextCheckAt != nil && d.NextCheckAt.Before(now); !ours {
			return nil
		}
		until := now.Add(checkLease)
		d.NextCheckAt = &until
		if ours = d.at(now).VerificationStatus == DomainPending; !ours {
			d.NextCheckAt = nil
		}
		return tx.PartnerDomains().Put(ctx, d)
	})
	return d, ours, err
}
