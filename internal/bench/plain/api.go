package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// api sends one request for each call.
type api struct {
	endpoint, token string
	http            *http.Client
}

// admin is what is used of an external administrator.
type admin struct {
	Role   string `json:"role"`
	Status string `json:"status"`
}

func newAPI(endpoint, token string) *api {
	// Go keeps two connections open for each host; Terraform has ten requests under way.
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 64}
	return &api{endpoint, token, &http.Client{Transport: transport, Timeout: 30 * time.Second}}
}

// get answers nil if there is none.
func (a *api) get(ctx context.Context, customerID, email string) (*admin, error) {
	return a.send(ctx, http.MethodGet, customerID, email, nil)
}

func (a *api) put(ctx context.Context, customerID, email, role string) (*admin, error) {
	body, err := json.Marshal(map[string]string{"role": role})
	if err != nil {
		return nil, err
	}
	answer, err := a.send(ctx, http.MethodPut, customerID, email, body)
	if err == nil && answer == nil {
		err = fmt.Errorf("no customer %s", customerID)
	}
	return answer, err
}

// delete is content if there is none.
func (a *api) delete(ctx context.Context, customerID, email string) error {
	_, err := a.send(ctx, http.MethodDelete, customerID, email, nil)
	return err
}

func (a *api) send(ctx context.Context, method, customerID, email string, body []byte) (*admin, error) {
	address := a.endpoint + "/v1/customers/" + url.PathEscape(customerID) + "/external-admins/" + url.PathEscape(email)
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusNoContent:
		return nil, nil //nolint:nilnil // there is none
	case resp.StatusCode >= http.StatusMultipleChoices:
		return nil, fmt.Errorf("%s %s: %s %s", method, address, resp.Status, text)
	}
	var answer admin
	return &answer, json.Unmarshal(text, &answer)
}
