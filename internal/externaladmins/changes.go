package externaladmins

import (
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
)

// change is one write: giving somebody access, changing the role, or taking access away.
type change struct {
	member
	email   string // folded
	remove  bool
	isNew   bool   // somebody who had no access when it was looked up
	version string // that a change of role must still find
}

// putsFor are the writes by which those who are wanted get the access that they do not have yet. What is unknown is left
// out.
func putsFor(want members, now remote) []change {
	var puts []change
	for _, email := range want.emails() {
		if one := want[email]; !one.role.IsUnknown() && !now.has(email, one) {
			_, exists := now[email]
			puts = append(puts, change{member: one, email: email, isNew: !exists})
		}
	}
	return puts
}

// removalsOf are the writes that take the members' access away.
func removalsOf(gone members) []change {
	removals := make([]change, 0, len(gone))
	for _, email := range gone.emails() {
		removals = append(removals, change{member: gone[email], email: email, remove: true})
	}
	return removals
}

// plannedChanges are the writes between two states of the map.
func plannedChanges(prior, want members) []change {
	differing := members{}
	for email, one := range want {
		if before, ok := prior[email]; !ok || !before.role.Equal(one.role) {
			differing[email] = one
		}
	}
	return append(putsFor(differing, nil), removalsOf(prior.without(want))...)
}

func membersOf(changes []change) members {
	all := make(members, len(changes))
	for _, c := range changes {
		all[c.email] = c.member
	}
	return all
}

// verb says in errors what could not be done.
func (c change) verb() string {
	switch {
	case c.remove:
		return "remove"
	case c.isNew:
		return "create"
	default:
		return "update"
	}
}

func (c change) removalOf() string {
	if c.remove {
		return "removal of "
	}
	return ""
}

// item of a batch that does, or with conditions does only to what was looked at, what the change says.
func (c change) item(customerID string, conditions bool) api.ExternalAdminBatchItem {
	item := api.ExternalAdminBatchItem{Operation: api.BatchOperationDelete, CustomerID: customerID, Email: c.key}
	if c.remove {
		return item
	}
	role := c.role.ValueString()
	item.Operation, item.Role = api.BatchOperationPut, &role
	if conditions && c.isNew {
		item.CreateOnly = &c.isNew
	}
	if conditions && c.version != "" {
		item.IfMatch = &c.version
	}
	return item
}
