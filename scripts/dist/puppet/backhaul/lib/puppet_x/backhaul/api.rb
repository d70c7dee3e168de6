# SPDX-License-Identifier: Apache-2.0
require 'json'
require 'net/http'
require_relative 'home'

module PuppetX
  module Backhaul
    # Requests to the API of a daemon or a controller.
    class Api
      TIMEOUT_S = 10
      # A daemon that has just been started answers within this time.
      START_S = 20

      # A request failed; the text says which one and why.
      class Error < StandardError; end

      def initialize(url, token)
        @url = URI(url)
        @token = token
      end

      # The API of the daemon of a home directory, or nil if none answers within a time.
      def self.local(home, wait_s = START_S)
        deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + wait_s
        begin
          port = Integer(Home.read("#{home}/zerotier-one.port").strip)
          api = new("http://127.0.0.1:#{port}", Home.read("#{home}/authtoken.secret").strip)
          api.get('/status')
          api
        rescue SystemCallError, ArgumentError, Error
          return nil if Process.clock_gettime(Process::CLOCK_MONOTONIC) >= deadline

          sleep 0.1
          retry
        end
      end

      # Returns the parsed answer, or nil for 404.
      def get(path)
        request(Net::HTTP::Get.new(path))
      end

      def post(path, body)
        request(Net::HTTP::Post.new(path), JSON.generate(body))
      end

      def delete(path)
        request(Net::HTTP::Delete.new(path))
      end

      private

      def request(request, body = nil)
        request['X-ZT1-Auth'] = @token
        request.body = body
        # nil: a proxy of the environment is not for this.
        http = Net::HTTP.new(@url.host, @url.port, nil)
        http.use_ssl = @url.scheme == 'https'
        http.open_timeout = http.read_timeout = TIMEOUT_S
        answer = http.request(request)
        return nil if answer.code == '404'

        hint = answer.code == '401' ? ': is the token that of its authtoken.secret?' : ''
        raise Error, "#{@url}#{request.path} answered #{answer.code}#{hint}" unless answer.code == '200'

        answer.body.to_s.empty? ? {} : JSON.parse(answer.body)
      rescue SystemCallError, IOError, Timeout::Error, SocketError => e
        raise Error, "#{@url}#{request.path}: #{e.message}"
      rescue JSON::ParserError
        raise Error, "#{@url}#{request.path} answered no JSON"
      end
    end
  end
end
