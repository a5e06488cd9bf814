package domain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/canon"
)

// alwaysDisabled is how many users a synchronization may disable whatever share of all that is, so that small directories
// can follow who leaves.
const alwaysDisabled = 3

// syncPlan is what a synchronization will do.
type syncPlan struct {
	report   DirectorySync // what is known before anything is written
	named    int           // people whom the directory names as enabled
	enabled  int           // users of this directory who are enabled now
	wanted   []PartnerUser // to create or change, as they shall be
	disabled []string      // keys of those to disable
}

// candidates are people whom a directory names, on their way into a plan.
type candidates struct {
	*syncPlan
	directory Directory
	connected map[string]bool        // directories, by name
	users     map[string]PartnerUser // all of the partner, by key
	aliases   map[string]string      // by key, whose they are: those of everybody but this directory's users
	seen      map[string]bool
}

// planSync compares a directory with the users that there are. The result is the same in whatever order the directory
// names people.
func planSync(ctx context.Context, tx Tx, d Directory, people []DirectoryPerson) (*syncPlan, error) {
	users, err := tx.PartnerUsers().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, d.PartnerID)}})
	if err != nil {
		return nil, err
	}
	directories, err := tx.Directories().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, d.PartnerID)}})
	if err != nil {
		return nil, err
	}
	c := candidates{
		syncPlan: &syncPlan{}, directory: d, connected: map[string]bool{}, users: map[string]PartnerUser{}, aliases: map[string]string{}, seen: map[string]bool{},
	}
	for _, other := range directories {
		c.connected[other.Name] = true
	}
	for _, user := range users {
		c.users[user.EmailKey] = user
		if c.isOwn(user) {
			continue
		}
		for _, alias := range user.Aliases {
			c.aliases[fold(alias)] = user.Email
		}
	}
	people = slices.Clone(people)
	slices.SortFunc(people, func(a, b DirectoryPerson) int {
		return cmp.Or(strings.Compare(fold(a.Email), fold(b.Email)), strings.Compare(a.ID, b.ID))
	})
	var taken []candidate
	for _, person := range people {
		if addr, ok := c.take(person); ok {
			taken = append(taken, candidate{addr, person})
		}
	}
	for _, one := range taken {
		c.want(one)
	}
	for _, user := range users {
		if user.Directory != d.Name || user.Disabled {
			continue
		}
		c.enabled++
		if !c.seen[user.EmailKey] {
			c.disabled = append(c.disabled, user.EmailKey)
		}
	}
	return c.syncPlan, nil
}

// candidate is a person who is to be a user.
type candidate struct {
	addr   address
	person DirectoryPerson
}

// isOwn tells whether a user is this directory's, or would be if the directory names the person: nobody else says who the
// user is.
func (c *candidates) isOwn(u PartnerUser) bool {
	return u.Source == SourceDirectory && (u.Directory == c.directory.Name || !c.connected[u.Directory])
}

// take decides whether a person is to be a user of this directory, and counts those who are not.
func (c *candidates) take(p DirectoryPerson) (address, bool) {
	addr, bad := parseAddress(p.Email, "")
	if bad != nil {
		c.report.SkippedInvalid++
		c.report.problem(bad.Detail)
		return addr, false
	}
	if p.Disabled {
		return addr, false
	}
	c.named++
	user, exists := c.users[addr.key]
	owner, isAlias := c.aliases[addr.key]
	switch {
	case c.seen[addr.key]:
		c.report.SkippedInvalid++
		c.report.problem(fmt.Sprintf("%q is the address of two people; one of them is taken.", addr.text))
		return addr, false
	case exists && user.Source == SourceManual:
		c.report.SkippedManual++
		c.report.problem(fmt.Sprintf("%q is a user by hand and left alone.", user.Email))
		return addr, false
	case exists && !c.isOwn(user):
		c.report.SkippedOtherDirectory++
		c.report.problem(fmt.Sprintf("%q belongs to the directory %q, which was first.", user.Email, user.Directory))
		return addr, false
	case !exists && isAlias:
		c.report.SkippedOtherDirectory++
		c.report.problem(fmt.Sprintf("%q is an alias of %q, whom another directory brought.", addr.text, owner))
		return addr, false
	}
	c.seen[addr.key] = true
	return addr, true
}

// want compares a person with the user, if there is one.
func (c *candidates) want(one candidate) {
	old, exists := c.users[one.addr.key]
	user := old
	if !exists {
		user = PartnerUser{
			PartnerID: c.directory.PartnerID, EmailKey: one.addr.key, EmailDomain: one.addr.domain, Email: one.addr.text, Source: SourceDirectory,
		}
	}
	user.Directory, user.Disabled = c.directory.Name, false
	user.Name, user.Phone = personName(one), personPhone(one.person)
	user.Aliases = c.aliasesOf(one)
	if exists && sameUser(user, old) {
		c.report.Unchanged++
		return
	}
	c.wanted = append(c.wanted, user)
}

// sameUser compares what a directory says of a user.
func sameUser(a, b PartnerUser) bool {
	return a.Directory == b.Directory && a.Disabled == b.Disabled && a.Name == b.Name && a.Phone == b.Phone && slices.Equal(a.Aliases, b.Aliases)
}

// aliasesOf are a person's aliases that are nobody else's address, sorted.
func (c *candidates) aliasesOf(one candidate) []string {
	aliases := []string{}
	for _, alias := range one.person.Aliases {
		addr, bad := parseAddress(alias, "")
		if bad != nil || addr.key == one.addr.key || c.seen[addr.key] {
			continue
		}
		if _, isUser := c.users[addr.key]; isUser {
			continue
		}
		if owner, isAlias := c.aliases[addr.key]; isAlias {
			if owner != one.addr.text {
				c.report.problem(fmt.Sprintf("%q is an alias of %q and of %q; it stays with the former.", addr.text, owner, one.addr.text))
			}
			continue
		}
		c.aliases[addr.key] = one.addr.text
		aliases = append(aliases, addr.text)
	}
	slices.SortFunc(aliases, func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
	return aliases
}

// personName is a name that keeps the rules: on one line, not too long, never empty.
func personName(one candidate) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(one.person.Name, ""))
	if name = strings.Join(strings.Fields(name), " "); name == "" {
		return one.addr.text
	}
	if runes := []rune(name); len(runes) > maxLine {
		name = strings.TrimSpace(string(runes[:maxLine]))
	}
	return name
}

// personPhone is a phone number that keeps the rules, or none: directories hold them in any form.
func personPhone(p DirectoryPerson) string {
	if phone := strings.TrimSpace(p.Phone); utf8.ValidString(phone) && canon.Phone(phone) == nil {
		return phone
	}
	return ""
}

// stop tells why the plan must not be carried out, or nothing: a directory that names nobody, or not nearly everybody, is
// far more often a wrong filter than a company that is gone.
func (p *syncPlan) stop(percent int) string {
	most := max(alwaysDisabled, p.enabled*percent/100)
	switch {
	case p.named == 0:
		return "The directory names nobody who has an e-mail address and is enabled; nobody was changed. Look at the base DN, the filter and the rights of the account that reads."
	case len(p.disabled) > most:
		return fmt.Sprintf("%d of the directory's %d enabled users would be disabled, more than the %d that one synchronization may disable (%d%%, and always %d); nobody was changed. "+
			"If they are really gone, the operator of the server allows a larger share for a while.", len(p.disabled), p.enabled, most, percent, alwaysDisabled)
	}
	return ""
}
