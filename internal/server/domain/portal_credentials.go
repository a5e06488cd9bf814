package domain

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	mailInvited = "portal_admin_invited"

	// temporaryTTL is how long a temporary password works after it was sent.
	temporaryTTL = 7 * 24 * time.Hour

	minPassword = 12  // characters
	maxPassword = 256 // characters

	// maxWrongTries of an own password in a row block it for blockedFor.
	maxWrongTries = 10
	blockedFor    = 15 * time.Minute

	// registrationActor is who the audit log names for what a person did who has no token.
	registrationActor = "registration"
)

func credentialKey(c PortalCredential) []string { return []string{c.PartnerID, c.EmailKey} }

// invite puts an invitation into the outbox. Whatever the person could sign in with before is void.
func (s *Service) invite(ctx context.Context, tx Tx, admin PortalAdmin) (PortalCredential, error) {
	partner, err := tx.Partners().Get(ctx, admin.PartnerID)
	if err != nil {
		return PortalCredential{}, err
	}
	credential := PortalCredential{PartnerID: admin.PartnerID, EmailKey: admin.EmailKey}
	credential.InvitationID, err = s.mailTo(ctx, tx, partner.ID, mailInvited, "Your access to the partner portal of "+partner.Name,
		invitation(partner, admin, "(made up when this mail is sent, and not kept)"), admin.Email)
	if err != nil {
		return PortalCredential{}, err
	}
	return credential, tx.PortalCredentials().Put(ctx, credential)
}

// invitation is the body of the mail.
func invitation(partner Partner, admin PortalAdmin, temporary string) string {
	return fmt.Sprintf(`Hello %s,

you may now use the partner portal of %s, with the role %s.

Temporary password: %s

It works once and for %d days, and only to set a password of your own:

POST /v1/portal-admins/%s:register
{"partner_id": %q, "temporary_password": "...", "password": "..."}

If you did not expect this mail, tell an administrator of %s.
`, admin.Name, partner.Name, admin.Role, temporary, int(temporaryTTL.Hours()/24), admin.EmailKey, partner.ID, partner.Name)
}

// withTemporaryPassword makes up a temporary password for an invitation that is about to be sent, and answers the body that
// has it. The mail that brings it is the only place where it is readable; where an earlier try to send the mail has no known
// end, that one's password works too. It answers false if the invitation is void.
func (s *Service) withTemporaryPassword(ctx context.Context, tx Tx, m Mail) (body string, ok bool, err error) {
	credential, ok, err := find(ctx, tx.PortalCredentials(), m.PartnerID, fold(m.To))
	if err != nil || !ok || credential.InvitationID != m.ID {
		return "", false, err
	}
	admin, err := tx.PortalAdmins().Get(ctx, m.PartnerID, credential.EmailKey)
	if err != nil {
		return "", false, err
	}
	partner, err := tx.Partners().Get(ctx, m.PartnerID)
	if err != nil {
		return "", false, err
	}
	const digits = 20 // of five bits each
	password, now := randomID(digits), s.now()
	credential.Temporary = slices.DeleteFunc(credential.Temporary, func(t TemporaryPassword) bool { return !now.Before(t.ExpiresAt) })
	credential.Temporary = append(credential.Temporary, TemporaryPassword{Hash: tokenHash(password), ExpiresAt: now.Add(temporaryTTL)})
	var groups []string
	for group := range slices.Chunk([]byte(password), 4) {
		groups = append(groups, string(group))
	}
	return invitation(partner, admin, strings.Join(groups, "-")), true, tx.PortalCredentials().Put(ctx, credential)
}

// accepts tells whether a temporary password opens the account now, in a time that does not depend on how alike it is to
// a right one.
func (c PortalCredential) accepts(temporary string, now time.Time) bool {
	hash := []byte(tokenHash(fold(strings.NewReplacer("-", "", " ", "").Replace(temporary))))
	right := 0
	for _, t := range c.Temporary {
		if now.Before(t.ExpiresAt) {
			right |= subtle.ConstantTimeCompare([]byte(t.Hash), hash)
		}
	}
	return right == 1
}

// InvitePortalAdmin sends a portal admin who has no own password yet the invitation again.
func (s *Service) InvitePortalAdmin(ctx context.Context, a Actor, email string) error {
	if err := a.require(ScopePartnerManage); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		admin, err := existingAdmin(ctx, tx, a, email)
		if err != nil {
			return err
		}
		found, err := checkPasswordReset(ctx, tx, admin)
		if err != nil {
			return err
		}
		if admin.Status == StatusRegistered {
			found.add(refuse(CodeAlreadyRegistered, "", "%q has replaced the temporary password already, so there is nothing to invite to.", admin.Email))
		}
		if err := found.err(); err != nil {
			return err
		}
		credential, err := s.invite(ctx, tx, admin)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, a, change{Kind: KindInvitation, ObjectID: admin.EmailKey, After: map[string]string{
			"email": admin.Email, "mail_id": credential.InvitationID,
		}})
	})
}

// checkPasswordReset refuses the reset of a password that opens protected content.
func checkPasswordReset(ctx context.Context, tx Tx, admin PortalAdmin) (Findings, error) {
	var found Findings
	grants, err := protectedGrants(ctx, tx, Eq(FieldPartnerID, admin.PartnerID), Eq(FieldEmailKey, admin.EmailKey))
	if err != nil {
		return nil, err
	}
	found.add(inTheWay(CodeProtectedRole, grants, "%q holds roles with protected content at customers; only the vendor's support resets that password.", admin.Email))
	user, _, err := find(ctx, tx.PartnerUsers(), admin.PartnerID, admin.EmailKey)
	if err != nil {
		return nil, err
	}
	protected, err := isProtected(ctx, tx, admin.PartnerID, "", user.AccountRole)
	if protected {
		found.add(refuse(CodeProtectedRole, "", "%q holds the role %s of the partner's own account, which has protected content; only the vendor's support resets that password.", admin.Email, user.AccountRole))
	}
	return found, err
}

// errWrongPassword is all that anybody learns who does not prove to be the person.
func errWrongPassword() *Error {
	return refuse(CodeWrongPassword, "", "The partner has no such portal admin, or the temporary password is another, was used already, or is older than %d days. "+
		"An administrator of the partner can send the invitation again.", int(temporaryTTL.Hours()/24))
}

// Registration is how an invited person sets a password of the own.
type Registration struct {
	PartnerID         string
	Email             string
	TemporaryPassword string
	Password          string
	RequestID         string
}

// Check judges the new password, which tells nobody anything of the person.
func (r Registration) Check() error { return checkNewPassword(r).err() }

// RegisterPortalAdmin replaces a temporary password by one of the person's own.
func (s *Service) RegisterPortalAdmin(ctx context.Context, in Registration) error {
	if err := in.Check(); err != nil {
		return err
	}
	find := func(ctx context.Context, tx Tx) (PortalCredential, error) {
		credential, ok, err := find(ctx, tx.PortalCredentials(), in.PartnerID, fold(in.Email))
		if err == nil && (!credential.accepts(in.TemporaryPassword, s.now()) || !ok) {
			err = errWrongPassword()
		}
		return credential, err
	}
	if _, err := reading(ctx, s, find); err != nil {
		return err
	}
	// Hashing takes its time on purpose, so it is done outside of the transaction.
	hash, err := hashSecret(in.Password, s.secretIterations)
	if err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx Tx) error {
		credential, err := find(ctx, tx) // another request may have used it up meanwhile
		if err != nil {
			return err
		}
		before, err := tx.PortalAdmins().Get(ctx, credentialKey(credential)...)
		if err != nil {
			return err
		}
		err = tx.PortalCredentials().Put(ctx, PortalCredential{PartnerID: credential.PartnerID, EmailKey: credential.EmailKey, PasswordHash: hash})
		if err != nil {
			return err
		}
		after := before
		after.Status, after.Revision = StatusRegistered, newRevision()
		if err := tx.PortalAdmins().Put(ctx, after); err != nil {
			return err
		}
		person := Actor{ClientID: registrationActor, PartnerID: after.PartnerID, ActsFor: after.Email, RequestID: in.RequestID}
		return s.audit(ctx, tx, person, change{Kind: KindPortalAdmin, ObjectID: after.EmailKey, Before: before, After: after})
	})
}

// checkNewPassword judges the password that a person wants. Length is what matters (NIST SP 800-63B, section 5.1.1).
func checkNewPassword(in Registration) Findings {
	const field = "/password"
	var found Findings
	length := utf8.RuneCountInString(in.Password)
	switch {
	case !utf8.ValidString(in.Password):
		found.add(refuse(CodeInvalidValue, field, "The password is no text in UTF-8."))
	case length < minPassword || length > maxPassword:
		found.add(refuse(CodeInvalidValue, field, "The password has %d characters; %d to %d are taken.", length, minPassword, maxPassword))
	case in.Password == in.TemporaryPassword || fold(in.Password) == fold(in.Email):
		found.add(refuse(CodeInvalidValue, field, "The password must be another than the temporary one and the address."))
	}
	return found
}

var errVerifyInside = errors.New("domain: verifying a password inside a transaction would not count a try that is refused")

// verifyPassword refuses with CodeWrongPassword unless the password is that of a portal admin. After ten wrong tries in a row
// none is taken for a quarter of an hour. It calls wrong in the transaction that counts a wrong try, with how many there were
// in a row. It is not to be called inside Atomically or Validate: a try counts whatever becomes of what it is for.
//
// Comparing takes its time on purpose, so it comes before that transaction. Tries side by side are judged one after the
// other all the same: none counts as right once too many were wrong, and right ones never block each other.
func (s *Service) verifyPassword(ctx context.Context, partnerID string, person address, password string, wrong func(context.Context, Tx, int) error) error {
	if _, inside := ctx.Value(txKey{}).(sharedTx); inside {
		return errVerifyInside
	}
	read := func(ctx context.Context, tx Tx) (PortalCredential, error) {
		credential, _, err := find(ctx, tx.PortalCredentials(), partnerID, person.key)
		return credential, err
	}
	credential, err := reading(ctx, s, read)
	if err != nil {
		return err
	}
	if credential.isBlocked(s.now()) {
		return credential.blocked()
	}
	kept := cmp.Or(credential.PasswordHash, decoyHash(s.secretIterations))
	right, err := secretMatches(kept, password)
	if err != nil {
		return err
	}
	var refused *Error // not an error of the transaction, which would undo the count
	err = s.write(ctx, func(ctx context.Context, tx Tx) error {
		credential, err := read(ctx, tx)
		if err != nil {
			return err
		}
		switch {
		case credential.isBlocked(s.now()):
			refused = credential.blocked()
			return nil
		case right && credential.PasswordHash == kept:
			if credential.WrongTries == 0 && credential.BlockedUntil == nil {
				return nil
			}
			credential.WrongTries, credential.BlockedUntil = 0, nil
			return tx.PortalCredentials().Put(ctx, credential)
		}
		refused = refuse(CodeWrongPassword, "/password", "This is not the password of %q, or the person has not registered yet.", person.text)
		return s.countWrong(ctx, tx, credential, wrong)
	})
	if err != nil || refused == nil {
		return err
	}
	return refused
}

func (c PortalCredential) isBlocked(now time.Time) bool {
	return c.BlockedUntil != nil && now.Before(*c.BlockedUntil)
}

func (c PortalCredential) blocked() *Error {
	return refuse(CodeWrongPassword, "/password", "There were %d wrong passwords in a row; the next one is taken at %s.", maxWrongTries, c.BlockedUntil.Format(time.RFC3339))
}

// countWrong counts a wrong try. Of somebody who has no password there is nothing to count.
func (s *Service) countWrong(ctx context.Context, tx Tx, credential PortalCredential, wrong func(context.Context, Tx, int) error) error {
	tries := credential.WrongTries + 1
	if credential.PasswordHash != "" {
		credential.WrongTries, credential.BlockedUntil = tries, nil
		if tries == maxWrongTries {
			until := s.now().Add(blockedFor)
			credential.WrongTries, credential.BlockedUntil = 0, &until
		}
		if err := tx.PortalCredentials().Put(ctx, credential); err != nil {
			return err
		}
	}
	return wrong(ctx, tx, tries)
}
