package domain

// Permissions at a customer that come with contact roles, beside those that account roles are made of.
const (
	PermissionInvoicesRead = "invoices.read" // invoices and payments
	PermissionPhonesManage = "phones.manage" // the phone system
)

// contactPermissions are what contact roles permit at the customer, sorted; of an access role, to the members of its group.
// To give access roles on is a right of the partner and of the customer's own clients, not of a member.
var contactPermissions = map[string][]string{
	ContactDecisionMaker: {"account.read", PermissionInvoicesRead, PermissionPhonesManage},
	ContactPhoneManager:  {"account.read", PermissionPhonesManage},
	ContactBilling:       {"account.read"},
	ContactTechnical:     {"account.read"},
	ContactEmergency:     {"account.read"},
}
