package portaladmins

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// importID is the import ID and id of the one map that a partner has.
const importID = "portal_admins"

const (
	attrAdmins = "admins"
	attrName   = "name"
	attrPhone  = "phone"
	attrRole   = "role"
)

type model struct {
	ID       types.String `tfsdk:"id"`
	Admins   types.Map    `tfsdk:"admins"`
	Statuses types.Map    `tfsdk:"statuses"`
}

type identityModel struct {
	ID types.String `tfsdk:"id"`
}

func (m *model) identity() identityModel { return identityModel{m.ID} }

// adminType is the type of a value of the map.
var adminType = types.ObjectType{AttrTypes: map[string]attr.Type{
	attrName: types.StringType, attrPhone: types.StringType, attrRole: types.StringType,
}}

// person is what a member of the map is. Each may be unknown in a plan.
type person struct {
	name, phone, role types.String
	// status is the server's word only, and no reason for a change.
	status types.String
}

type (
	members = tfkit.Members[person]
	member  = tfkit.Member[person]
	change  = tfkit.MemberChange[person]
)

// Known implements tfkit.MemberValue.
func (p person) Known() bool {
	return !p.name.IsUnknown() && !p.phone.IsUnknown() && !p.role.IsUnknown()
}

// DiffersFrom implements tfkit.MemberValue.
func (p person) DiffersFrom(before person) []tfkit.Difference {
	var all []tfkit.Difference
	for _, a := range []struct {
		name        string
		was, became types.String
	}{{attrName, before.name, p.name}, {attrPhone, before.phone, p.phone}, {attrRole, before.role, p.role}} {
		if !a.became.Equal(a.was) {
			all = append(all, tfkit.Difference{Attribute: a.name, Before: a.was.ValueString(), After: a.became.ValueString()})
		}
	}
	return all
}

func (p person) isAdministrator() bool {
	return p.role.ValueString() == string(api.PortalRoleNameMspAdministrator)
}

func (m *model) members() members {
	return tfkit.MembersOf(m.Admins, func(attributes map[string]attr.Value) person {
		text := func(name string) types.String {
			if s, ok := attributes[name].(types.String); ok {
				return s
			}
			return types.StringUnknown()
		}
		return person{name: text(attrName), phone: text(attrPhone), role: text(attrRole)}
	})
}

// set takes over who there is. Of whom known has no status, the status of the members is taken.
func (m *model) set(all members, known statuses) {
	m.ID = types.StringValue(importID)
	m.Admins = all.Map(adminType, func(p person) map[string]attr.Value {
		return map[string]attr.Value{attrName: p.name, attrPhone: p.phone, attrRole: p.role}
	})
	values := make(map[string]attr.Value, len(all))
	for email, one := range all {
		values[one.Key] = one.Value.status
		if status, ok := known[email]; ok {
			values[one.Key] = status
		}
	}
	m.Statuses = types.MapValueMust(types.StringType, values)
}

// statuses by folded e-mail address.
type statuses map[string]types.String

// statuses that are known.
func (m *model) statuses() statuses {
	all := make(statuses, len(m.Statuses.Elements()))
	for key, value := range m.Statuses.Elements() {
		if s, ok := value.(types.String); ok && !s.IsUnknown() {
			all[tfkit.EmailType.Key(key)] = s
		}
	}
	return all
}

// fromAPI takes over who there is. Keys keep the spelling of what is there already.
func (m *model) fromAPI(admins []api.PortalAdmin) {
	m.set(membersOf(admins).SpelledAs(m.members()), nil)
}

func membersOf(admins []api.PortalAdmin) members {
	return tfkit.MembersIn(admins, func(admin api.PortalAdmin) member {
		return memberOf(admin, types.StringPointerValue(admin.Etag).ValueString()) // not every API tells it in lists
	})
}

func memberOf(admin api.PortalAdmin, version string) member {
	return member{Key: admin.Email, Version: version, Value: person{
		name: types.StringValue(admin.Name), phone: types.StringPointerValue(admin.Phone),
		role: types.StringValue(string(admin.Role)), status: types.StringValue(string(admin.Status)),
	}}
}

// itemOf is the item of a batch that does, or with conditions does only to what was looked at, what the change says.
func itemOf(c change, conditions bool) api.PortalAdminBatchItem {
	item := api.PortalAdminBatchItem{Operation: api.BatchOperationDelete, Email: c.Key}
	if !c.Remove {
		role := api.PortalRoleName(c.Value.role.ValueString())
		item.Operation, item.Name, item.Phone, item.Role = api.BatchOperationPut, tfkit.StringPointer(c.Value.name), tfkit.StringPointer(c.Value.phone), &role
	}
	if conditions && c.IsNew {
		item.CreateOnly = &c.IsNew
	}
	if conditions && c.Version != "" {
		item.IfMatch = &c.Version
	}
	return item
}
