package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	perCustomer  = 100 // rows
	clientID     = "bench"
	clientSecret = "only-for-measuring-on-loopback"
	role         = "basic_administrator"
)

// customerID is that of the seed; all have the same length.
func customerID(i int) string { return fmt.Sprintf("cus_bench%05d", i) }

func email(i int) string { return fmt.Sprintf("admin%03d@bench-msp.example", i) }

// world is a reference server with its customers, behind a proxy.
type world struct {
	*proxy
	address string // of the server itself
	token   string // for those who can't sign in
	cmd     *exec.Cmd
	log     string
}

type worldOptions struct {
	customers int
	granted   bool   // all 100 administrators have access to every customer
	rateLimit string // as --rate-limit takes it
	database  string // sqlite in the folder if empty
}

// newWorld starts a server on a fresh database below dir.
func newWorld(ctx context.Context, dir, binary string, o worldOptions) (*world, error) {
	dir, err := os.MkdirTemp(dir, "server-*")
	if err != nil {
		return nil, err
	}
	seed, err := json.Marshal(seed(o))
	if err != nil {
		return nil, err
	}
	seedFile := filepath.Join(dir, "seed.json")
	if err := os.WriteFile(seedFile, seed, 0o600); err != nil {
		return nil, err
	}
	if o.database == "" {
		o.database = "sqlite:" + filepath.Join(dir, "portal.db")
	}
	args := []string{"reference-server", "--listen", "127.0.0.1:0", "--database", o.database, "--seed", seedFile, "--token-ttl", "4h", "--log-level", "warn"}
	if o.rateLimit != "" {
		args = append(args, "--rate-limit", o.rateLimit)
	}
	w := &world{cmd: exec.CommandContext(ctx, binary, args...), log: filepath.Join(dir, "server.log")}
	w.cmd.Cancel = func() error { return w.cmd.Process.Signal(syscall.SIGTERM) }
	log, err := os.Create(w.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	w.cmd.Stderr = log
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		text, _ := os.ReadFile(w.log)
		return nil, errors.Join(fmt.Errorf("the server did not start: %s%s", line, text), err, w.cmd.Wait())
	}
	w.address = address
	if w.proxy, err = newProxy(ctx, address); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if w.token, err = signIn(ctx, address); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *world) close() error {
	if w.proxy != nil {
		w.proxy.close()
	}
	err := w.cmd.Process.Signal(syscall.SIGTERM)
	return errors.Join(err, w.cmd.Wait())
}

func signIn(ctx context.Context, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	form := url.Values{"grant_type": {"client_credentials"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(clientID, clientSecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return "", err
	}
	if answer.AccessToken == "" {
		return "", fmt.Errorf("sign in: %s", resp.Status)
	}
	return answer.AccessToken, nil
}

// clear takes away what administrators have been granted, past the proxy.
func (w *world) clear(ctx context.Context, customers int) error {
	_, err := w.batch(ctx, customers, object{"operation": "delete"})
	return err
}

// fill grants all administrators access to every customer, past the proxy.
func (w *world) fill(ctx context.Context, customers int) error {
	statuses, err := w.batch(ctx, customers, object{"operation": "put", "role": role})
	if refused := slices.IndexFunc(statuses, func(status int) bool { return status >= http.StatusMultipleChoices }); err == nil && refused >= 0 {
		err = fmt.Errorf("grant of row %d: %d", refused, statuses[refused])
	}
	return err
}

// batch does the same to every row, and answers the status of each.
func (w *world) batch(ctx context.Context, customers int, operation object) (statuses []int, err error) {
	for i := range customers {
		var items []object
		for j := range perCustomer {
			item := maps.Clone(operation)
			item["customer_id"], item["email"] = customerID(i), email(j)
			items = append(items, item)
		}
		var answer struct {
			Results []struct {
				Status int `json:"status"`
			} `json:"results"`
		}
		if err := w.post(ctx, "/v1/external-admins:batch", object{"items": items}, &answer); err != nil {
			return nil, fmt.Errorf("%s %s: %w", operation["operation"], customerID(i), err)
		}
		for _, result := range answer.Results {
			statuses = append(statuses, result.Status)
		}
	}
	return statuses, nil
}

func (w *world) post(ctx context.Context, path string, content object, answer any) error {
	body, err := json.Marshal(content)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// object is one of JSON.
type object = map[string]any

func seed(o worldOptions) object {
	var users, admins, grants, customers []object
	for i := range perCustomer {
		users = append(users, object{"email": email(i), "name": fmt.Sprintf("Admin %d", i)})
		admins = append(admins, object{"email": email(i), "role": "msp_administrator"})
		grants = append(grants, object{"email": email(i), "role": role})
	}
	for i := range o.customers {
		customer := object{"id": customerID(i), "name": fmt.Sprintf("Customer %d", i), "domain": fmt.Sprintf("customer%d.example", i)}
		if o.granted {
			customer["external_admins"] = grants
		}
		customers = append(customers, customer)
	}
	return object{"partners": []object{{
		"id": "prt_bench", "name": "Bench MSP", "kind": "msp",
		"products":      []object{{"name": "Mail Security", "price": "1.00", "currency": "EUR"}},
		"clients":       []object{{"client_id": clientID, "client_secret": clientSecret, "portal_role": "msp_administrator"}},
		"users":         users,
		"portal_admins": admins,
		"customers":     customers,
	}}}
}
