package accessgroupmember

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

func TestModel(t *testing.T) {
	t.Parallel()
	remote := api.AccessGroupMember{CustomerID: "cus_1", Role: "phone_manager", Email: "Kim@x.example", GroupName: "Acme Ltd Phone Manager"}
	for name, test := range map[string]struct{ prior, want string }{
		"import in lower case": {"kim@x.example", "kim@x.example"},
		"another spelling":     {"KIM@x.example", "KIM@x.example"},
		"another person":       {"lee@x.example", "Kim@x.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := model{Email: tfkit.EmailType.Value(test.prior)}
			got.fromAPI(remote)
			want := model{
				ID: types.StringValue("cus_1/phone_manager/kim@x.example"), CustomerID: types.StringValue("cus_1"), Role: types.StringValue("phone_manager"),
				Email: tfkit.EmailType.Value(test.want), GroupName: types.StringValue("Acme Ltd Phone Manager"),
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got.importID() != got.ID.ValueString() {
				t.Errorf("import ID %q is not the id %q", got.importID(), got.ID.ValueString())
			}
			if identity := (identityModel{want.CustomerID, want.Role, types.StringValue("kim@x.example")}); got.identity() != identity {
				t.Errorf("identity %v, want %v", got.identity(), identity)
			}
			if in := got.toAPI(); *in.Email != test.want {
				t.Errorf("sends %q", *in.Email)
			}
		})
	}
}
