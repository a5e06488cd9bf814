package domain

import (
	"context"
	"fmt"
)

func (w *seeding) emergencyContact(ctx context.Context, path string, c *SeedEmergencyContact) error {
	if c == nil {
		return nil
	}
	in := EmergencyContactInput(*c)
	if w.refused(path, checkEmergencyContact(in)) {
		return nil
	}
	contact := newEmergencyContact(w.actor.PartnerID, in, EmergencyContact{})
	return insert(ctx, w, w.tx.EmergencyContacts(), KindEmergencyContact, emergencyContactID, "", contact, contact.PartnerID)
}

func (w *seeding) user(ctx context.Context, path string, u SeedUser) error {
	before := len(w.faults)
	addr, bad := parseAddress(u.Email, "/email")
	found := checkPerson(u.Name, u.Phone).with(bad)
	if u.AccountRole != "" {
		_, known, err := findRole(ctx, w.tx, w.actor.PartnerID, "", u.AccountRole)
		if err != nil {
			return err
		}
		if !known {
			unknown, err := unknownRole(ctx, w.tx, w.actor.PartnerID, "", u.AccountRole, "/account_role")
			if err != nil {
				return err
			}
			found.add(unknown)
		}
	}
	w.refused(path, found)
	if bad == nil {
		w.declare(path+".email", "address", w.actor.PartnerID, addr.key)
	}
	if err := w.appointFirst(ctx, &u); err != nil {
		return err
	}
	w.checkAliases(path, &u)
	if err := w.checkDirectory(ctx, path+".directory", u); err != nil {
		return err
	}
	if len(w.faults) > before {
		return nil
	}
	user := PartnerUser{
		PartnerID: w.actor.PartnerID, EmailKey: addr.key, EmailDomain: addr.domain, Email: addr.text, Name: u.Name, Phone: u.Phone,
		AccountRole: u.AccountRole, Source: u.Source, Directory: u.Directory, Aliases: append([]string{}, u.Aliases...), Revision: newRevision(),
	}
	return insert(ctx, w, w.tx.PartnerUsers(), KindPartnerUser, user.EmailKey, "", user, userKey(user)...)
}

// appointFirst makes a partner's first user a basic administrator, without whom nobody could add the others by hand.
func (w *seeding) appointFirst(ctx context.Context, u *SeedUser) error {
	if u.AccountRole != "" {
		return nil
	}
	there, err := w.tx.PartnerUsers().Count(ctx, Query{Where: []Condition{Eq(FieldPartnerID, w.actor.PartnerID)}})
	if err == nil && there == 0 {
		u.AccountRole = AccountBasicAdministrator
	}
	return err
}

// checkAliases judges a user's source, which it completes, and the aliases, which no other user may have.
func (w *seeding) checkAliases(path string, u *SeedUser) {
	if u.Source == "" {
		u.Source = SourceManual
	}
	if u.Source != SourceManual && u.Source != SourceDirectory {
		w.fault(path+".source", "%q is no source; there are %s and %s", u.Source, SourceManual, SourceDirectory)
	}
	if len(u.Aliases) > 0 && u.Source != SourceDirectory {
		w.fault(path+".aliases", "only users of source %q have aliases", SourceDirectory)
	}
	for i, alias := range u.Aliases {
		addr, bad := parseAddress(alias, fmt.Sprintf("/aliases/%d", i))
		if bad != nil {
			w.refused(path, Findings{bad})
			continue
		}
		w.declare(fmt.Sprintf("%s.aliases[%d]", path, i), "address", w.actor.PartnerID, addr.key)
	}
}

// checkDirectory refuses a user's directory that is none of the partner's.
func (w *seeding) checkDirectory(ctx context.Context, path string, u SeedUser) error {
	if u.Directory == "" {
		return nil
	}
	if u.Source != SourceDirectory {
		w.fault(path, "only users of source %q come from a directory", SourceDirectory)
		return nil
	}
	_, known, err := find(ctx, w.tx.Directories(), w.actor.PartnerID, u.Directory)
	if err == nil && !known {
		w.fault(path, "%q is none of the partner's directories", u.Directory)
	}
	return err
}

// directory brings in an integration that waits for its secret.
func (w *seeding) directory(ctx context.Context, path string, d SeedDirectory) error {
	in := DirectoryInput{Type: d.Type, Description: d.Description, SyncEnabled: new(bool)}
	if d.LDAP != nil {
		in.LDAP = &LDAPInput{LDAPSettings: *d.LDAP}
	}
	if d.Azure != nil {
		in.Azure = &AzureInput{AzureSettings: *d.Azure}
	}
	if d.Google != nil {
		in.Google = &GoogleInput{GoogleSettings: *d.Google}
	}
	row, _, found := newDirectory(w.actor.PartnerID, d.Name, in)
	if !w.declare(path+".name", KindDirectory, w.actor.PartnerID, d.Name) || w.refused(path, found) {
		return nil
	}
	row.Revision = newRevision()
	return insert(ctx, w, w.tx.Directories(), KindDirectory, d.Name, "", row, directoryKey(row)...)
}

func (w *seeding) admin(ctx context.Context, path string, a SeedPortalAdmin) error {
	var found Findings
	found.add(checkPortalRole(a.Role, "/role"))
	if a.Status == "" {
		a.Status = StatusRegistered
	}
	if a.Status != StatusRegistered && a.Status != StatusUnregistered {
		found.add(refuse(CodeInvalidValue, "/status", "%q is no status; there are %s and %s.", a.Status, StatusRegistered, StatusUnregistered))
	}
	if a.Password != "" {
		if a.Status != StatusRegistered {
			found.add(refuse(CodeInvalidValue, "/password", "Only people who are %s have a password of their own.", StatusRegistered))
		}
		found = append(found, checkNewPassword(Registration{Email: a.Email, Password: a.Password})...)
	}
	user, isUser, err := find(ctx, w.tx.PartnerUsers(), w.actor.PartnerID, fold(a.Email))
	if err != nil {
		return err
	}
	if !isUser {
		found.add(refuse(CodeNotAPartnerUser, "/email", "%q is none of the partner's users.", a.Email))
	}
	if !w.declare(path+".email", KindPortalAdmin, w.actor.PartnerID, fold(a.Email)) || w.refused(path, found) {
		return nil
	}
	if _, exists, err := find(ctx, w.tx.PortalAdmins(), userKey(user)...); err != nil || exists {
		return err
	}
	admin := PortalAdmin{
		PartnerID: user.PartnerID, EmailKey: user.EmailKey, EmailDomain: user.EmailDomain, Email: a.Email, Name: user.Name, Phone: user.Phone,
		Role: a.Role, Status: a.Status, Revision: newRevision(),
	}
	if a.Password != "" {
		credential := PortalCredential{PartnerID: admin.PartnerID, EmailKey: admin.EmailKey, PasswordHash: w.secrets[seedPassword(admin.PartnerID, a.Email)]}
		if err := w.tx.PortalCredentials().Put(ctx, credential); err != nil {
			return err
		}
	}
	return insert(ctx, w, w.tx.PortalAdmins(), KindPortalAdmin, admin.EmailKey, "", admin, adminKey(admin)...)
}

// checkAdmin refuses an address that is none of a portal admin.
func (w *seeding) checkAdmin(ctx context.Context, path, email string) error {
	_, isAdmin, err := find(ctx, w.tx.PortalAdmins(), w.actor.PartnerID, fold(email))
	if err == nil && !isAdmin {
		w.fault(path, "%q is none of the partner's portal admins", email)
	}
	return err
}

func (w *seeding) client(ctx context.Context, path string, c SeedClient) error {
	var found Findings
	found.add(checkPortalRole(c.PortalRole, "/portal_role"))
	before := len(w.faults)
	w.refused(path, found)
	if c.ActsFor != "" {
		if err := w.checkAdmin(ctx, path+".acts_for", c.ActsFor); err != nil {
			return err
		}
	}
	row := Client{ID: c.ID, PartnerID: w.actor.PartnerID, PortalRole: c.PortalRole, ActsFor: c.ActsFor, ContactRoles: []string{}}
	return w.insertClient(ctx, path, row, c.Secret, len(w.faults) == before)
}

// insertClient brings a client in if all of it is in order. Ids of clients are unique among all partners.
func (w *seeding) insertClient(ctx context.Context, path string, c Client, secret string, ok bool) error {
	ok = w.checkID(path+".client_id", c.ID) && ok
	ok = w.declare(path+".client_id", KindClient, c.ID) && ok
	if secret == "" {
		w.fault(path+".client_secret", "a secret is needed")
		ok = false
	}
	old, exists, err := find(ctx, w.tx.Clients(), c.ID)
	if err != nil || !ok {
		return err
	}
	if exists && (old.PartnerID != c.PartnerID || old.CustomerID != c.CustomerID) {
		w.fault(path+".client_id", "%q is the client of somebody else", c.ID)
		return nil
	}
	c.SecretHash = w.secrets[c.ID]
	return insert(ctx, w, w.tx.Clients(), KindClient, c.ID, c.CustomerID, c, c.ID)
}

func (w *seeding) course(ctx context.Context, path string, c Course) error {
	before := len(w.faults)
	if err := w.checkAdmin(ctx, path+".email", c.Email); err != nil {
		return err
	}
	w.refused(path, Findings(nil).with(checkLine(c.Course, "/course")))
	if c.ProgressPercent < 0 || c.ProgressPercent > 100 {
		w.fault(path+".progress_percent", "%d is no percentage", c.ProgressPercent)
	}
	if !w.declare(path+".course", KindCourse, w.actor.PartnerID, fold(c.Email), c.Course) || len(w.faults) > before {
		return nil
	}
	c.PartnerID, c.EmailKey = w.actor.PartnerID, fold(c.Email)
	return insert(ctx, w, w.tx.Courses(), KindCourse, c.EmailKey+"/"+c.Course, "", c, c.PartnerID, c.EmailKey, c.Course)
}

// domain brings in a domain that is verified already, as if its record had been found, or one that waits for that.
func (w *seeding) domain(ctx context.Context, path string, in SeedDomain) error {
	if in.VerificationMethod == "" {
		in.VerificationMethod = ValidationTXT
	}
	d, found := newDomain(w.actor.PartnerID, in.Name, DomainInput{VerificationMethod: in.VerificationMethod})
	if w.refused(path, found) || !w.declare(path+".name", KindDomain, domainKey(d)...) {
		return nil
	}
	if in.Verified && !w.declare(path+".verified", "domain that one partner only can have verified", d.NameKey) {
		return nil
	}
	w.s.newCode(&d)
	if in.Verified {
		w.s.verified(&d, "")
	}
	d.Revision = newRevision()
	return insert(ctx, w, w.tx.PartnerDomains(), KindDomain, d.NameKey, "", d, domainKey(d)...)
}
