package domain

import (
	"context"
	"fmt"
	"slices"
)

// accessRoleNames are the roles that a customer can give to its partner, in the order in which answers name them.
var accessRoleNames = []AccessRoleName{AccessDecisionMaker, AccessPhoneManager}

// groupMemberPath are the groups of access roles that the partner put the person into: one way in for each role that the
// customer gave. Members sign in as who they are in the partner's own account, to the portal only if they may use it.
func groupMemberPath(ctx context.Context, tx Tx, l login) ([]opening, error) {
	var openings []opening
	for _, role := range accessRoleNames {
		member, ok, err := find(ctx, tx.AccessGroupMembers(), l.customer.PartnerID, l.customer.ID, string(role), l.person.key)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		person, err := portalPerson(ctx, tx, l)
		if err != nil {
			return nil, err
		}
		for _, via := range []LoginVia{ViaPortal, ViaDirect} {
			o := opening{
				kind: KindAccessGroupMember, id: memberID(member), role: string(role), permissions: contactPermissions[string(role)], vias: []LoginVia{via},
				opens:  fmt.Sprintf("%s is a member of the group %q, whose role %s %s gave to the partner.", member.Email, member.GroupName, role, l.customer.Name),
				closed: slices.Clone(person.closed),
			}
			if via == ViaPortal && !person.admin {
				o.closed = append(o.closed, fmt.Sprintf("%s is no portal admin, so the portal does not let the person in.", member.Email))
			}
			openings = append(openings, o)
		}
	}
	return openings, nil
}
