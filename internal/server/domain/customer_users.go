package domain

import "context"

// CustomerUser is a user inside a managed customer's account.
type CustomerUser struct {
	PartnerID   string           `json:"-"`
	CustomerID  string           `json:"customer_id"`
	EmailKey    string           `json:"-"`
	EmailDomain string           `json:"-"`
	Email       string           `json:"email"`
	Name        string           `json:"name"`
	Role        CustomerUserRole `json:"role"`
	Revision    string           `json:"-"`
}

// CustomerUserStatus tells whether a customer user can sign in.
type CustomerUserStatus string

// The states of customer users. A disabled customer's are all disabled, and active again when it is enabled; nothing else
// disables a user, who is otherwise deleted.
const (
	UserActive   CustomerUserStatus = "active"
	UserDisabled CustomerUserStatus = "disabled"
)

// CustomerUserNow is a customer user as it is at present.
type CustomerUserNow struct {
	CustomerUser
	Status CustomerUserStatus
}

func (u CustomerUser) now(customerEnabled bool) CustomerUserNow {
	if customerEnabled {
		return CustomerUserNow{u, UserActive}
	}
	return CustomerUserNow{u, UserDisabled}
}

func customerUserKey(u CustomerUser) []string { return []string{u.PartnerID, u.CustomerID, u.EmailKey} }

// customerUserID is how an import names a customer user.
func customerUserID(customerID, emailKey string) string { return customerID + "/" + emailKey }

func customerUserBlocker(u CustomerUser) Blocker {
	return Blocker{KindCustomerUser, customerUserID(u.CustomerID, u.EmailKey)}
}

// isBuiltinAdmin tells whether a folded address is that of the user with whom the customer was created.
func isBuiltinAdmin(c Customer, emailKey string) bool {
	return c.AdminUsername != "" && fold(c.AdminUsername) == emailKey
}

// customerOfUsers answers the customer for an operation on its users, which takes the permission in a session there.
func (a Actor) customerOfUsers(ctx context.Context, tx Tx, id, permission string) (Customer, error) {
	if err := a.requireAt(ScopeCustomerUsersManage, permission); err != nil {
		return Customer{}, err
	}
	customer, err := a.ownCustomer(ctx, tx, id)
	if err == nil && customer.Relationship != RelationshipManaged {
		err = refuse(CodeNotManaged, "", "%q is a referral customer and manages its users itself.", customer.Name)
	}
	return customer, err
}

// GetCustomerUser answers a user of a managed customer.
func (s *Service) GetCustomerUser(ctx context.Context, a Actor, customerID, email string) (CustomerUserNow, error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (CustomerUserNow, error) {
		customer, err := a.customerOfUsers(ctx, tx, customerID, permissionUsersRead)
		if err != nil {
			return CustomerUserNow{}, err
		}
		user, err := existingCustomerUser(ctx, tx, customer, email)
		return user.now(customer.Enabled), err
	})
}

func existingCustomerUser(ctx context.Context, tx Tx, customer Customer, email string) (CustomerUser, error) {
	user, ok, err := find(ctx, tx.CustomerUsers(), customer.PartnerID, customer.ID, fold(email))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "", "Customer %q has no user %q.", customer.ID, email)
	}
	return user, err
}

// ListCustomerUsers answers the users of all managed customers, in a session of the customer there, by customer id and e-mail.
func (s *Service) ListCustomerUsers(ctx context.Context, a Actor, f CustomerUserFilter, page Page) (List[CustomerUserNow], error) {
	if err := a.requireAt(ScopeCustomerUsersManage, permissionUsersRead); err != nil {
		return List[CustomerUserNow]{}, err
	}
	where := conditions{Eq(FieldPartnerID, a.PartnerID)}
	eq(&where, FieldCustomerID, a.CustomerID)
	eq(&where, FieldCustomerID, f.CustomerID)
	eq(&where, FieldEmailKey, fold(f.Email))
	eq(&where, FieldRole, string(f.Role))
	eq(&where, FieldEmailDomain, fold(f.EmailDomain))
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[CustomerUserNow], error) {
		// Few customers are disabled: asking for these is cheaper than for the customer of each user.
		customers, err := tx.Customers().List(ctx, Query{Where: []Condition{Eq(FieldPartnerID, a.PartnerID), Eq(FieldEnabled, false)}})
		if err != nil {
			return List[CustomerUserNow]{}, err
		}
		disabled := make(map[string]bool, len(customers))
		for _, customer := range customers {
			disabled[customer.ID] = true
		}
		return listCustomerUsers(ctx, tx, where, page, func(customerID string) bool { return !disabled[customerID] })
	})
}

// ListUsersOfCustomer answers the users of one managed customer, by e-mail.
func (s *Service) ListUsersOfCustomer(ctx context.Context, a Actor, customerID string, page Page) (List[CustomerUserNow], error) {
	return reading(ctx, s, func(ctx context.Context, tx Tx) (List[CustomerUserNow], error) {
		customer, err := a.customerOfUsers(ctx, tx, customerID, permissionUsersRead)
		if err != nil {
			return List[CustomerUserNow]{}, err
		}
		return listCustomerUsers(ctx, tx, belongsTo(customer), page, func(string) bool { return customer.Enabled })
	})
}

func listCustomerUsers(ctx context.Context, tx Tx, where []Condition, page Page, enabled func(customerID string) bool) (List[CustomerUserNow], error) {
	users, err := listPage(ctx, tx.CustomerUsers(), where, page, 3, customerUserKey)
	now := List[CustomerUserNow]{Items: make([]CustomerUserNow, len(users.Items)), NextToken: users.NextToken}
	for i, user := range users.Items {
		now.Items[i] = user.now(enabled(user.CustomerID))
	}
	return now, err
}
