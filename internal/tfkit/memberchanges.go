package tfkit

// MemberChange is one write to an authoritative map's members: giving access, changing it, or taking it away.
type MemberChange[V MemberValue[V]] struct {
	Member[V]        // Version is what a change must still find
	Email     string // folded
	Remove    bool
	IsNew     bool // somebody who was not there when it was looked up
}

// MemberPuts are the writes by which those who are wanted become what they are not yet. What is unknown is left out.
func MemberPuts[V MemberValue[V]](want, now Members[V]) []MemberChange[V] {
	var puts []MemberChange[V]
	for _, email := range want.Emails() {
		one := want[email]
		if !one.Value.Known() || now.Has(email, one) {
			continue
		}
		before, exists := now[email]
		one.Version = before.Version
		puts = append(puts, MemberChange[V]{Member: one, Email: email, IsNew: !exists})
	}
	return puts
}

// MemberRemovals are the writes that take the members' access away, from the versions that they have.
func MemberRemovals[V MemberValue[V]](gone Members[V]) []MemberChange[V] {
	removals := make([]MemberChange[V], 0, len(gone))
	for _, email := range gone.Emails() {
		removals = append(removals, MemberChange[V]{Member: gone[email], Email: email, Remove: true})
	}
	return removals
}

// PlannedMemberChanges are the writes between two states of a map.
func PlannedMemberChanges[V MemberValue[V]](prior, want Members[V]) []MemberChange[V] {
	return append(MemberPuts(want, prior), MemberRemovals(prior.Without(want))...)
}

// ChangedMembers are those whom the changes are about.
func ChangedMembers[V MemberValue[V]](changes []MemberChange[V]) Members[V] {
	all := make(Members[V], len(changes))
	for _, c := range changes {
		all[c.Email] = c.Member
	}
	return all
}

// verb says in errors what could not be done.
func (c MemberChange[V]) verb() string {
	switch {
	case c.Remove:
		return "remove"
	case c.IsNew:
		return "create"
	default:
		return "update"
	}
}

func (c MemberChange[V]) removalOf() string {
	if c.Remove {
		return "removal of "
	}
	return ""
}
