package externaladmins

import (
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const (
	attrAdmins = "admins"
	attrRole   = "role"
)

type model struct {
	ID         types.String `tfsdk:"id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Admins     types.Map    `tfsdk:"admins"`
}

type identityModel struct {
	CustomerID types.String `tfsdk:"customer_id"`
}

func (m *model) identity() identityModel { return identityModel{m.CustomerID} }

// adminType is the type of a value of the map.
var adminType = types.ObjectType{AttrTypes: map[string]attr.Type{attrRole: types.StringType}}

// member of the map. Its key is spelled as in the configuration, or else as in state or by the server.
type member struct {
	key  string
	role types.String // may be unknown in a plan
}

// members by folded e-mail address.
type members map[string]member

// members of the map; none if it is unknown as a whole.
func (m *model) members() members {
	all := make(members, len(m.Admins.Elements()))
	for key, value := range m.Admins.Elements() {
		role := types.StringUnknown()
		if object, ok := value.(types.Object); ok && !object.IsUnknown() {
			if text, ok := object.Attributes()[attrRole].(types.String); ok {
				role = text
			}
		}
		all[tfkit.EmailType.Key(key)] = member{key, role}
	}
	return all
}

func (m *model) setMembers(all members) {
	values := make(map[string]attr.Value, len(all))
	for _, one := range all {
		values[one.key] = types.ObjectValueMust(adminType.AttrTypes, map[string]attr.Value{attrRole: one.role})
	}
	m.Admins = types.MapValueMust(adminType, values)
}

// fromAPI takes over who has access by a role that Terraform can give. Keys keep the spelling of what is there already.
func (m *model) fromAPI(admins []api.ExternalAdmin) {
	m.ID = m.CustomerID
	prior := m.members()
	all := remoteOf(admins).assignable()
	for email, one := range all {
		if before, ok := prior[email]; ok {
			all[email] = member{before.key, one.role}
		}
	}
	m.setMembers(all)
}

// sameAs tells whether nobody comes, goes or changes roles; keys may be spelled differently.
func (m members) sameAs(other members) bool {
	return maps.EqualFunc(m, other, func(a, b member) bool { return a.role.Equal(b.role) })
}

// without answers those of m who are not in other.
func (m members) without(other members) members {
	rest := members{}
	for email, one := range m {
		if _, ok := other[email]; !ok {
			rest[email] = one
		}
	}
	return rest
}

// with answers those of both; other has the last word.
func (m members) with(other members) members {
	both := maps.Clone(m)
	maps.Copy(both, other)
	return both
}

// emails in order, so that requests and errors have one.
func (m members) emails() []string { return slices.Sorted(maps.Keys(m)) }

// remote is who has access to a customer, by folded e-mail address.
type remote map[string]api.ExternalAdmin

func remoteOf(admins []api.ExternalAdmin) remote {
	all := make(remote, len(admins))
	for _, admin := range admins {
		all[tfkit.EmailType.Key(admin.Email)] = admin
	}
	return all
}

// assignable are those who have a role that Terraform can give and take.
func (r remote) assignable() members {
	all := make(members, len(r))
	for email, admin := range r {
		if !admin.ContentProtected {
			all[email] = member{admin.Email, types.StringValue(admin.Role)}
		}
	}
	return all
}

// has tells whether the member has access with just this role.
func (r remote) has(email string, wanted member) bool {
	admin, ok := r[email]
	return ok && !admin.ContentProtected && admin.Role == wanted.role.ValueString()
}

// placeOf finds what an answer says of a member in the map.
func placeOf(one member) tfkit.Place {
	at := path.Root(attrAdmins).AtMapKey(one.key)
	return func(field string) path.Path {
		if field == "/"+attrRole {
			return at.AtName(attrRole)
		}
		return at // the address itself, or all of it
	}
}
