package tfkit

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// AddNoSuchCustomer refuses a customer_id that nobody of this partner has. No other resource can cure it, since ids are
// made by the server: that of a customer which the same run creates is unknown until then.
func AddNoSuchCustomer(diags *diag.Diagnostics, customerID string, err error) {
	diags.AddAttributeError(path.Root("customer_id"), "No such customer",
		fmt.Sprintf("Attribute customer_id: the credentials see no customer %q. Refer to an msp_customer resource or data source instead of writing the id.\n\n%s", customerID, err))
}
