package portaladmins

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

const plural = "portal admins"

// writer writes the partner's portal admins.
type writer = tfkit.MemberWriter[person]

func (r *portalAdmins) writer(diags *diag.Diagnostics) *writer {
	return &writer{
		API: partnerAPI{r.rt.Client}, Diags: diags, TypeName: typeName, ImportID: importID,
		Plural: plural, At: path.Root(attrAdmins), Attributes: []string{attrName, attrPhone, attrRole},
	}
}

// write makes people administrators before others stop being one: the API never lets the last one go, and batches that are
// under way together have no order.
func write(ctx context.Context, w *writer, puts []change, now members) (done members, failed int) {
	var first, then []change
	for _, c := range puts {
		if now[c.Email].Value.isAdministrator() && !c.Value.isAdministrator() {
			then = append(then, c)
		} else {
			first = append(first, c)
		}
	}
	done, failed = w.Write(ctx, first)
	more, alsoFailed := w.Write(ctx, then)
	return done.With(more), failed + alsoFailed
}

// unlisted says who is not in the map but a portal admin.
func unlisted(others members) string {
	return "it does not list everybody who may use the partner portal now: " + others.Names() + "."
}

// partnerAPI has the portal admins of the partner.
type partnerAPI struct{ client *client.Client }

var _ tfkit.MemberAPI[person] = partnerAPI{}

func (a partnerAPI) What(key string) string { return "portal admin " + key }

// AddNoHome implements tfkit.MemberAPI. Every partner has a list of portal admins.
func (a partnerAPI) AddNoHome(diags *diag.Diagnostics, err error) {
	tfkit.AddError(diags, "read "+plural, err)
}

func (a partnerAPI) List(ctx context.Context) (members, error) {
	admins, err := client.Collect(a.client.ListPortalAdmins(ctx, client.PortalAdminFilter{}))
	return membersOf(admins), err
}

func (a partnerAPI) Get(ctx context.Context, email string) (member, error) {
	admin, err := a.client.GetPortalAdmin(ctx, email)
	if err != nil {
		return member{}, err
	}
	return memberOf(admin.Value, admin.ETag), nil
}

func (a partnerAPI) Write(ctx context.Context, changes []change) []client.ItemOutcome {
	return a.client.WritePortalAdmins(ctx, items(changes, true))
}

func (a partnerAPI) Check(ctx context.Context, changes []change) []client.ItemOutcome {
	return a.client.CheckPortalAdmins(ctx, items(changes, false))
}

func items(changes []change, conditions bool) []api.PortalAdminBatchItem {
	all := make([]api.PortalAdminBatchItem, len(changes))
	for i, c := range changes {
		all[i] = itemOf(c, conditions)
	}
	return all
}
