package customer

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// maxNamed bounds how many of a kind a warning names.
const maxNamed = 10

// warnOfForce counts and names what goes with the customer. Some of it may be planned for removal by itself.
func (r *customer) warnOfForce(ctx context.Context, state model, diags *diag.Diagnostics) {
	found := belongings(ctx, r.rt.Client, state.ID.ValueString())
	if len(found) == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("force_destroy"), "More goes with the customer",
		fmt.Sprintf("force_destroy is on in the state of %s (%s). Deleting the customer takes along, managed by Terraform or not:\n%s",
			what(state), state.ID.ValueString(), lines(found)))
}

// belongings has a line for each kind of which the customer has some, or which these credentials can't list.
func belongings(ctx context.Context, c *client.Client, customerID string) (found []string) {
	for _, line := range []string{
		described(c.ListUsersOfCustomer(ctx, customerID), "user", func(u api.CustomerUser) string {
			return fmt.Sprintf("%s (%s)", u.Email, u.Role)
		}),
		described(c.ListCustomerExternalAdmins(ctx, customerID), "external administrator", func(a api.ExternalAdmin) string {
			return fmt.Sprintf("%s (%s)", a.Email, a.Role)
		}),
		described(c.ListContactsOfCustomer(ctx, customerID), "authorized contact", func(k api.AuthorizedContact) string {
			roles := make([]string, len(k.Roles))
			for i, role := range k.Roles {
				roles[i] = string(role)
			}
			return fmt.Sprintf("%s (%s)", k.Email, strings.Join(roles, ", "))
		}),
		described(c.ListCustomerAccessRoles(ctx, customerID), "partner access role", func(a api.AccessRole) string {
			return fmt.Sprintf("%s, with the group %q", a.Role, a.GroupName)
		}),
		described(c.ListAccessGroupMembers(ctx, client.AccessGroupMemberFilter{CustomerID: customerID}), "member of access groups", func(m api.AccessGroupMember) string {
			return fmt.Sprintf("%s (%s)", m.Email, m.Role)
		}),
		described(c.ListCustomRoles(ctx, client.RoleFilter{CustomerID: customerID}), "custom role", func(role api.Role) string {
			return fmt.Sprintf("%q", role.Name)
		}),
	} {
		if line != "" {
			found = append(found, line)
		}
	}
	return found
}

func lines(items []string) string { return "  - " + strings.Join(items, "\n  - ") }

// described counts a list and names the first of it; nothing of an empty one.
func described[T any](list iter.Seq2[T, error], kind string, name func(T) string) string {
	var names []string
	count := 0
	for item, err := range list {
		if err != nil {
			return fmt.Sprintf("%s: could not be listed: %s", plural(kind), err)
		}
		if count++; count <= maxNamed {
			names = append(names, name(item))
		}
	}
	switch {
	case count == 0:
		return ""
	case count > maxNamed:
		names = append(names, fmt.Sprintf("and %d more", count-maxNamed))
	}
	if count > 1 {
		kind = plural(kind)
	}
	return fmt.Sprintf("%d %s: %s", count, kind, strings.Join(names, "; "))
}

func plural(kind string) string {
	head, rest, of := strings.Cut(kind, " of ")
	if of {
		return head + "s of " + rest
	}
	return kind + "s"
}
