package externaladmins

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const (
	attrAdmins    = "admins"
	attrRole      = "role"
	attrExpiresAt = "expires_at"
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
var adminType = types.ObjectType{AttrTypes: map[string]attr.Type{attrRole: types.StringType, attrExpiresAt: tfkit.InstantType}}

// access is what a member of the map has at the customer. Role and time may be unknown in a plan.
type access struct {
	role    types.String
	expires tfkit.Text
	// protected is access by a role with protected content. It never enters the map.
	protected bool
}

type (
	members = tfkit.Members[access]
	member  = tfkit.Member[access]
	change  = tfkit.MemberChange[access]
)

// Known implements tfkit.MemberValue.
func (a access) Known() bool { return !a.role.IsUnknown() }

// DiffersFrom implements tfkit.MemberValue.
func (a access) DiffersFrom(before access) (differences []tfkit.Difference) {
	if !a.role.Equal(before.role) || a.protected != before.protected {
		differences = append(differences, tfkit.Difference{Attribute: attrRole, Before: before.role.ValueString(), After: a.role.ValueString()})
	}
	if !a.expires.Same(before.expires) {
		differences = append(differences, tfkit.Difference{Attribute: attrExpiresAt, Before: endOf(before), After: endOf(a)})
	}
	return differences
}

// endOf says when access ends.
func endOf(a access) string {
	if a.expires.IsNull() {
		return "never"
	}
	return a.expires.Key()
}

func (m *model) members() members {
	return tfkit.MembersOf(m.Admins, func(attributes map[string]attr.Value) access {
		role, ok := attributes[attrRole].(types.String)
		expires, alsoOK := attributes[attrExpiresAt].(tfkit.Text)
		if !ok || !alsoOK {
			return access{role: types.StringUnknown(), expires: tfkit.InstantType.Null()}
		}
		return access{role: role, expires: expires}
	})
}

// membersIn decodes a state as the framework does, at a tenth of its cost; not ok of one that Read would change whatever the
// API answers.
func membersIn(raw tftypes.Value) (customerID string, all members, ok bool) {
	state := tfkit.AttributesOf(raw)
	id := state.String("customer_id")
	admins := tfkit.AttributesOf(state[attrAdmins])
	if id.IsNull() || state.String("id") != id || admins == nil {
		return "", nil, false
	}
	all = make(members, len(admins))
	for key, raw := range admins {
		one := tfkit.AttributesOf(raw)
		all[tfkit.EmailType.Key(key)] = member{Key: key, Value: access{role: one.String(attrRole), expires: one.Text(tfkit.InstantType, attrExpiresAt)}}
	}
	return id.ValueString(), all, len(all) == len(admins)
}

func (m *model) setMembers(all members) {
	m.Admins = all.Map(adminType, func(a access) map[string]attr.Value {
		return map[string]attr.Value{attrRole: a.role, attrExpiresAt: a.expires}
	})
}

// fromAPI takes over who has access by a role that Terraform can give. Keys and times keep the spelling of what is there
// already.
func (m *model) fromAPI(admins []api.ExternalAdmin) {
	m.ID = m.CustomerID
	prior := m.members()
	all := assignable(membersOf(admins)).SpelledAs(prior)
	for email, one := range all {
		if before, ok := prior[email]; ok && one.Value.expires.Same(before.Value.expires) {
			one.Value.expires = before.Value.expires
			all[email] = one
		}
	}
	m.setMembers(all)
}

// membersOf are all who have access, protected ones too.
func membersOf(admins []api.ExternalAdmin) members {
	return tfkit.MembersIn(admins, func(admin api.ExternalAdmin) member {
		return memberOf(admin, types.StringPointerValue(admin.Etag).ValueString()) // not every API tells it in lists
	})
}

func memberOf(admin api.ExternalAdmin, version string) member {
	value := access{types.StringValue(admin.Role), tfkit.InstantOf(admin.ExpiresAt), admin.ContentProtected}
	return member{Key: admin.Email, Value: value, Version: version}
}

// assignable are those who have a role that Terraform can give and take.
func assignable(all members) members {
	some := make(members, len(all))
	for email, one := range all {
		if !one.Value.protected {
			some[email] = one
		}
	}
	return some
}

// itemOf is the item of a batch that does, or with conditions does only to what was looked at, what the change says.
func itemOf(customerID string, c change, conditions bool) api.ExternalAdminBatchItem {
	item := api.ExternalAdminBatchItem{Operation: api.BatchOperationDelete, CustomerID: customerID, Email: c.Key}
	if !c.Remove {
		role := c.Value.role.ValueString()
		item.Operation, item.Role, item.ExpiresAt = api.BatchOperationPut, &role, tfkit.Instant(c.Value.expires)
	}
	if conditions && c.IsNew {
		item.CreateOnly = &c.IsNew
	}
	if conditions && c.Version != "" {
		item.IfMatch = &c.Version
	}
	return item
}
