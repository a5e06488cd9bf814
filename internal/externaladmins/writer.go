package externaladmins

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// writer writes the members at one customer.
type writer = tfkit.MemberWriter[access]

func (r *externalAdmins) writer(diags *diag.Diagnostics, customerID string) *writer {
	return &writer{
		API: customerAPI{r.rt.Client, customerID}, Diags: diags, TypeName: typeName, ImportID: customerID,
		Plural: "external administrators of " + customerID, At: path.Root(attrAdmins), Attributes: []string{attrRole, attrExpiresAt},
	}
}

// survey answers who has access now, and what the API says of giving it to those who are wanted, whether they have it already
// or not.
func (r *externalAdmins) survey(ctx context.Context, w *writer, want members) (members, tfkit.Verdicts) {
	puts := tfkit.MemberPuts(want, nil)
	now, verdicts := surveyed(w, puts, r.rt.Client.SurveyExternalAdmins(ctx, w.ImportID, itemsOf(w.ImportID, puts, false)))
	// Who may only add people is refused those who are there, and the rest is not asked about after such a refusal.
	wrong := func(c change) bool { return verdicts[c.Email].Err != nil }
	if left := tfkit.MemberPuts(want, now); !w.Diags.HasError() && len(left) < len(puts) && slices.ContainsFunc(left, wrong) {
		verdicts = tfkit.VerdictsOf(left, w.API.Check(ctx, left))
	}
	return now, verdicts
}

// lastSurvey is survey, or what it answered the plan of just this creation, where Terraform planned it a moment ago and nothing
// was written since that could change the answer.
func (r *externalAdmins) lastSurvey(ctx context.Context, w *writer, want members) (members, tfkit.Verdicts) {
	puts := tfkit.MemberPuts(want, nil)
	if last := r.rt.Client.TakeExternalAdminSurvey(w.ImportID, itemsOf(w.ImportID, puts, false)); last != nil {
		return surveyed(w, puts, *last)
	}
	return r.survey(ctx, w, want)
}

func surveyed(w *writer, puts []change, s client.ExternalAdminSurvey) (members, tfkit.Verdicts) {
	return w.Listed(membersOf(s.Admins), s.Err), tfkit.VerdictsOf(puts, s.Outcomes)
}

// placeOf finds what is said of a member in the map.
func placeOf(key string) tfkit.Place {
	return tfkit.MemberPlace(path.Root(attrAdmins), key, attrRole, attrExpiresAt)
}

// unlisted says who is not in the map but has access.
func unlisted(customerID string, others members) string {
	return fmt.Sprintf("it does not list everybody who may enter customer %q now: %s.", customerID, others.Names())
}

// customerAPI has the external administrators of one customer.
type customerAPI struct {
	client     *client.Client
	customerID string
}

var _ tfkit.MemberAPI[access] = customerAPI{}

func (a customerAPI) What(key string) string {
	return "external administrator " + a.customerID + "/" + key
}

func (a customerAPI) AddNoHome(diags *diag.Diagnostics, err error) {
	tfkit.AddNoSuchCustomer(diags, a.customerID, err)
}

func (a customerAPI) List(ctx context.Context) (members, error) {
	admins, err := client.Collect(a.client.ListCustomerExternalAdmins(ctx, a.customerID))
	return membersOf(admins), err
}

func (a customerAPI) Get(ctx context.Context, email string) (member, error) {
	admin, err := a.client.GetExternalAdmin(ctx, a.customerID, email)
	if err != nil {
		return member{}, err
	}
	return memberOf(admin.Value, admin.ETag), nil
}

func (a customerAPI) Write(ctx context.Context, changes []change) []client.ItemOutcome {
	return a.client.WriteExternalAdmins(ctx, itemsOf(a.customerID, changes, true))
}

func (a customerAPI) Check(ctx context.Context, changes []change) []client.ItemOutcome {
	return a.client.CheckExternalAdmins(ctx, itemsOf(a.customerID, changes, false))
}

func itemsOf(customerID string, changes []change, conditions bool) []api.ExternalAdminBatchItem {
	items := make([]api.ExternalAdminBatchItem, len(changes))
	for i, c := range changes {
		items[i] = itemOf(customerID, c, conditions)
	}
	return items
}
