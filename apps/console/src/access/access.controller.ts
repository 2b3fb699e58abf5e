import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { Length } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCESS_COOKIE, AccessToken } from './access-token.ts';

/** Of wrong tokens in a minute, from everybody together; a person mistypes less often, and a program that guesses is slowed down. */
const MOST_FAILURES = 20;
const FAILURES_WINDOW_MS = 60_000;
const COOKIE_SECONDS = 30 * 24 * 3600;

class LoginRequest {
  @ApiProperty({ type: String, description: 'the console’s API_TOKEN' })
  @Length(1, 500)
  token!: string;
}

class AccessResponse {
  @ApiProperty({ description: 'whether the API asks for a token' })
  required!: boolean;

  @ApiProperty({ description: 'whether this request carried it' })
  granted!: boolean;
}

@ApiTags('access')
@Controller('api/access')
export class AccessController {
  private failures = 0;
  private windowEndsMs = 0;

  constructor(private readonly access: AccessToken) {}

  @Get()
  @ApiOperation({ summary: 'Whether a token is needed, and whether it is there' })
  @ApiOkResponse({ type: AccessResponse })
  state(@Req() { headers }: FastifyRequest): AccessResponse {
    return { required: this.access.isRequired, granted: this.access.isGranted(headers) };
  }

  @Post()
  @HttpCode(204)
  @ApiOperation({ summary: 'Log in: the token becomes a cookie' })
  @ApiNoContentResponse({ description: 'the cookie is set' })
  login(@Body() { token }: LoginRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    if (!this.access.isRequired) return;
    this.assertNotGuessing();
    if (!this.access.isRight(token)) {
      this.failures += 1;
      throw new Problem({ status: 401, code: 'token-wrong', detail: 'This is not the console’s API_TOKEN' });
    }
    this.setCookie(reply, this.access.cookieValue, COOKIE_SECONDS);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Log out' })
  logout(@Res({ passthrough: true }) reply: FastifyReply): void {
    this.setCookie(reply, '', 0);
  }

  private assertNotGuessing(): void {
    const nowMs = Date.now();
    if (nowMs >= this.windowEndsMs) {
      this.failures = 0;
      this.windowEndsMs = nowMs + FAILURES_WINDOW_MS;
    }
    if (this.failures < MOST_FAILURES) return;
    const detail = 'Too many wrong tokens: wait a minute';
    throw new Problem({ status: 429, code: 'too-many-tokens', detail, headers: { 'retry-after': '60' } });
  }

  private setCookie(reply: FastifyReply, value: string, seconds: number): void {
    void reply.header('set-cookie', `${ACCESS_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`);
  }
}
