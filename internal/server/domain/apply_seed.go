package domain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// seedActor is who the audit log names for what a seed brought.
const seedActor = "seed"

// ApplySeed brings in what a seed has and the database has not; what exists is never changed. A seed whose hash, the
// SHA-256 of its file, was applied before is not looked at again, so that what was deleted since stays deleted. If
// anything is wrong with the seed, the error names every place and nothing is brought in.
func (s *Service) ApplySeed(ctx context.Context, hash string, seed Seed) (applied bool, err error) {
	if applied, err := s.wasApplied(ctx, hash); err != nil || applied {
		return false, err
	}
	secrets, err := s.hashNewSecrets(ctx, seed) // takes its time on purpose, so it is done outside of the transaction
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(ctx context.Context, tx Tx) error {
		applied = false
		// Another process may have been faster.
		if done, err := s.wasApplied(ctx, hash); err != nil || done {
			return err
		}
		w := &seeding{s: s, tx: tx, secrets: secrets, seen: map[string]string{}}
		for i, partner := range seed.Partners {
			if err := w.partner(ctx, fmt.Sprintf("partners[%d]", i), partner); err != nil {
				return err
			}
		}
		if len(w.faults) > 0 {
			return fmt.Errorf("the seed is not usable:\n%w", errors.Join(w.faults...))
		}
		applied = true
		return tx.AppliedSeeds().Put(ctx, AppliedSeed{Hash: hash, AppliedAt: s.now()})
	})
	return applied && err == nil, err
}

func (s *Service) wasApplied(ctx context.Context, hash string) (applied bool, err error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (bool, error) {
		_, ok, err := find(ctx, tx.AppliedSeeds(), hash)
		return ok, err
	})
}

// seedPassword is where the hash of a portal admin's password is among those of the seed's secrets. No client has that id.
func seedPassword(partnerID, email string) string {
	return "password of " + partnerID + "/" + fold(email)
}

// hashNewSecrets answers the hashes for the seed's clients that are not there yet, by client id, and those for people's
// passwords.
func (s *Service) hashNewSecrets(ctx context.Context, seed Seed) (map[string]string, error) {
	plain := map[string]string{}
	for _, partner := range seed.Partners {
		for _, admin := range partner.PortalAdmins {
			if admin.Password != "" {
				plain[seedPassword(partner.ID, admin.Email)] = admin.Password
			}
		}
		for _, client := range partner.Clients {
			plain[client.ID] = client.Secret
		}
		for _, customer := range partner.Customers {
			for _, client := range customer.Clients {
				plain[client.ID] = client.Secret
			}
		}
	}
	hashes := map[string]string{}
	for id, secret := range plain {
		if _, known, err := s.clientOf(ctx, id); err != nil {
			return nil, err
		} else if known {
			continue
		}
		hash, err := hashSecret(secret, s.secretIterations)
		if err != nil {
			return nil, err
		}
		hashes[id] = hash
	}
	return hashes, nil
}

// seeding is a seed on its way into a transaction.
type seeding struct {
	s       *Service
	tx      Tx
	actor   Actor // of the present partner
	secrets map[string]string
	seen    map[string]string // what the seed has declared so far, with its path
	faults  []error
}

func (w *seeding) fault(path, format string, args ...any) {
	w.faults = append(w.faults, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

// refused takes over refusals of the rules, whose fields lie below path, and tells whether there were any.
func (w *seeding) refused(path string, found Findings) bool {
	for _, e := range found {
		at := path
		for _, part := range strings.Split(e.Field, "/")[1:] {
			if _, err := strconv.Atoi(part); err == nil {
				at += "[" + part + "]"
			} else {
				at += "." + part
			}
		}
		w.fault(at, "%s", e.Detail)
	}
	return len(found) > 0
}

// declare is false, and a fault, if the seed has something of this kind and key already.
func (w *seeding) declare(path, kind string, key ...string) bool {
	name := kind + "\x00" + strings.Join(key, "\x00")
	if other, twice := w.seen[name]; twice {
		w.fault(path, "this is %s a second time", other)
		return false
	}
	w.seen[name] = path
	return true
}

// insert brings a row in unless there is one with its key.
func insert[T any](ctx context.Context, w *seeding, table Table[T], kind, objectID, customerID string, row T, key ...string) error {
	if _, exists, err := find(ctx, table, key...); err != nil || exists {
		return err
	}
	if err := table.Put(ctx, row); err != nil {
		return err
	}
	return w.s.audit(ctx, w.tx, w.actor, change{Kind: kind, ObjectID: objectID, CustomerID: customerID, After: row})
}

// each runs fn over a list below path and stops at a failure of the store.
func each[T any](path, list string, items []T, fn func(path string, item T) error) error {
	for i, item := range items {
		if err := fn(fmt.Sprintf("%s.%s[%d]", path, list, i), item); err != nil {
			return err
		}
	}
	return nil
}

// checkID judges an id that the seed makes up; it stands in URLs and import ids.
func (w *seeding) checkID(path, id string) bool {
	const maxID = 64
	if id == "" || len(id) > maxID || strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") != "" {
		w.fault(path, "%q is no id; write 1 to %d letters, digits, '_', '-' and '.'", id, maxID)
		return false
	}
	return true
}

func (w *seeding) partner(ctx context.Context, path string, p SeedPartner) error {
	if !w.checkID(path+".id", p.ID) || !w.declare(path+".id", KindPartner, p.ID) {
		return nil
	}
	w.actor = Actor{ClientID: seedActor, RequestID: seedActor, PartnerID: p.ID}
	if !w.checkPartner(path, p.Partner) {
		return nil
	}
	if p.Products == nil {
		p.Products = []Product{}
	}
	if err := insert(ctx, w, w.tx.Partners(), KindPartner, p.ID, "", p.Partner, p.ID); err != nil {
		return err
	}
	if err := w.config(ctx, path+".config", p.Config); err != nil {
		return err
	}
	if err := w.emergencyContact(ctx, path+".emergency_contact", p.EmergencyContact); err != nil {
		return err
	}
	if err := each(path, "custom_roles", p.CustomRoles, func(at string, r SeedRole) error { return w.role(ctx, at, "", r) }); err != nil {
		return err
	}
	if err := each(path, "directories", p.Directories, func(at string, d SeedDirectory) error { return w.directory(ctx, at, d) }); err != nil {
		return err
	}
	if err := each(path, "users", p.Users, func(at string, u SeedUser) error { return w.user(ctx, at, u) }); err != nil {
		return err
	}
	if err := each(path, "portal_admins", p.PortalAdmins, func(at string, a SeedPortalAdmin) error { return w.admin(ctx, at, a) }); err != nil {
		return err
	}
	if err := each(path, "clients", p.Clients, func(at string, c SeedClient) error { return w.client(ctx, at, c) }); err != nil {
		return err
	}
	if err := each(path, "domains", p.Domains, func(at string, d SeedDomain) error { return w.domain(ctx, at, d) }); err != nil {
		return err
	}
	if err := each(path, "customers", p.Customers, func(at string, c SeedCustomer) error { return w.customer(ctx, at, p.Partner, c) }); err != nil {
		return err
	}
	return each(path, "training", p.Training, func(at string, c Course) error { return w.course(ctx, at, c) })
}

func (w *seeding) checkPartner(path string, p Partner) bool {
	before := len(w.faults)
	var found Findings
	found.add(checkLine(p.Name, "/name"))
	if p.Kind != KindMSP && p.Kind != KindReseller {
		found.add(refuse(CodeInvalidValue, "/kind", "%q is no kind of partner; there are %s and %s.", p.Kind, KindMSP, KindReseller))
	}
	w.refused(path, found)
	for i, product := range p.Products {
		at := fmt.Sprintf("%s.products[%d]", path, i)
		w.refused(at, Findings(nil).with(checkLine(product.Name, "/name")))
		w.declare(at+".name", "product", p.ID, product.Name)
		w.checkAmount(at+".price", product.Price)
		w.checkCurrency(at+".currency", product.Currency)
	}
	return len(w.faults) == before
}

func (w *seeding) config(ctx context.Context, path string, c *SeedConfig) error {
	if c == nil {
		return nil
	}
	config, found := newPartnerConfig(w.actor.PartnerID, PartnerConfigInput(*c))
	if w.refused(path, found) {
		return nil
	}
	config.Revision = newRevision()
	return insert(ctx, w, w.tx.PartnerConfigs(), KindPartnerConfig, partnerConfigID, "", config, config.PartnerID)
}

func (w *seeding) role(ctx context.Context, path, customerID string, r SeedRole) error {
	before := len(w.faults)
	w.refused(path, checkRole(r.Name, RoleInput{Description: r.Description, Permissions: r.Permissions}))
	if !w.declare(path+".name", KindRole, w.actor.PartnerID, customerID, r.Name) || len(w.faults) > before {
		return nil
	}
	role := withFlags(Role{
		PartnerID: w.actor.PartnerID, CustomerID: customerID, Name: r.Name, Description: r.Description,
		Permissions: slices.Sorted(slices.Values(r.Permissions)), Revision: newRevision(),
	})
	return insert(ctx, w, w.tx.Roles(), KindRole, roleID(role), customerID, role, roleKey(role)...)
}
