# Creates a session with net/http, which is below plivo-ruby's Faraday, and prints the answer.
require 'json'
require 'net/http'

id, token = ENV.values_at('PLIVO_AUTH_ID', 'PLIVO_AUTH_TOKEN')
uri = URI("https://api.plivo.com/v1/Account/#{id}/Masking/Session/")
request = Net::HTTP::Post.new(uri, 'Content-Type' => 'application/json')
request.basic_auth(id, token)
request.body = { first_party: '+14155550123', second_party: '+14155550145' }.to_json
puts Net::HTTP.start(uri.host, uri.port, use_ssl: true) { |http| http.request(request) }.body
